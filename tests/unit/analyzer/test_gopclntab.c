/* What Go programs tell of their functions by themselves, beside what debug information does. */
#include "symbols/gopclntab.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const versions[] = {"", "-1.23"};

#define VERSIONS (sizeof(versions) / sizeof(*versions))

/* Of tests/programs/go; false: there was no Go of that version to build it. */
static bool program(char path[PATH_MAX], const char *name, const char *version, const char *form)
{
    snprintf(path, PATH_MAX, "%s/programs/go/%s%s%s", getenv("TIMERLEAK_BUILD"), name, version,
             form);
    return access(path, F_OK) == 0;
}

static void need(size_t tried)
{
    if (tried == 0)
        cr_skip_test("no Go of 1.19 or 1.23 was there to build programs");
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = text ? strlen(text) : 0;
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* ---- the same, stripped or not ---- */

static void expect_same(uint64_t address, const struct symbol *a, const struct symbol *b)
{
    cr_expect_str_eq(a->function, b->function, "at %lx", address);
    cr_expect_eq(a->inlined, b->inlined, "%s at %lx", a->function, address);
    cr_expect_eq(a->line, b->line, "%s at %lx: %d and %d", a->function, address, a->line, b->line);
    if (a->file && b->file)
        cr_expect_str_eq(a->file, b->file, "%s at %lx", a->function, address);
}

static void compare(const char *whole, const char *stripped)
{
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file = symbols_file(symbols, whole, NULL, 0, INT64_MAX);
    struct symbol_file *other = symbols_file(symbols, stripped, NULL, 0, INT64_MAX);
    struct symbol_code code;
    size_t known = 0, inlined = 0;
    cr_assert(symbols_code(file, &code));
    for (uint64_t address = code.start; address < code.end; address += 499) {
        struct symbol expected[GOPCLNTAB_MOST_INLINED];
        const struct symbol_list *list = symbols_look_up(file, address);
        size_t count = list->count;
        if (count > 0)
            memcpy(expected, list->symbols, count * sizeof(*expected));
        list = symbols_look_up(other, address);
        /* Not between two functions, nor one that the compiler made. */
        if (count == 0 || (list->count > 0 && !list->symbols[list->count - 1].file))
            continue;
        known++;
        inlined += count > 1;
        cr_expect_eq(list->count, count, "%s at %lx", expected[0].function, address);
        for (size_t i = 0; i < count && i < list->count; i++)
            expect_same(address, &expected[i], &list->symbols[i]);
    }
    cr_expect_gt(known, 500);
    cr_expect_gt(inlined, 100);
    cr_expect_null(symbols_problem(other));
    symbols_free(symbols);
    strings_free(strings);
}

Test(gopclntab, tells_of_stripped_programs_what_debug_information_does)
{
    char whole[PATH_MAX], stripped[PATH_MAX];
    size_t tried = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!program(whole, "after_in_select", versions[i], "") ||
            !program(stripped, "after_in_select", versions[i], "-stripped"))
            continue;
        tried++;
        compare(whole, stripped);
    }
    need(tried);
}

/* ---- programs in several forms ---- */

struct opened {
    int file;
    Elf *elf;
    struct gopclntab *table;
};

static struct opened open_program(const char *path)
{
    struct opened opened = {.file = open(path, O_RDONLY | O_CLOEXEC)};
    elf_version(EV_CURRENT);
    opened.elf = elf_begin(opened.file, ELF_C_READ_MMAP, NULL);
    opened.table = gopclntab_new(opened.elf);
    return opened;
}

static void close_program(struct opened *opened)
{
    gopclntab_free(opened->table);
    elf_end(opened->elf);
    close(opened->file);
}

/* Somewhere within that function. */
static bool has_inlined(const struct gopclntab *table, const char *function, const char *inlined,
                        const char *source)
{
    struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED];
    struct gopclntab_code code;
    cr_assert(gopclntab_find(table, function, &code), "%s", function);
    for (uint64_t address = code.start; address < code.end; address++) {
        size_t count = gopclntab_look_up(table, address, frames);
        if (count == 2 && strcmp(frames[0].function, inlined) == 0) {
            cr_expect_str_eq(frames[1].function, function);
            cr_expect(ends_with(frames[0].file, "/time/sleep.go"), "%s", frames[0].file);
            cr_expect(ends_with(frames[1].file, source), "%s", frames[1].file);
            cr_expect_gt(frames[1].line, 0);
            return true;
        }
    }
    return false;
}

/* With C in them other linkers place things elsewhere, and loaded anywhere they are relocated. */
Test(gopclntab, tells_inlined_functions_in_programs_of_every_form)
{
    static const struct {
        const char *name, *form, *function, *source;
    } programs[] = {
        {"after_in_select", "-stripped", "main.consume", "/after_in_select.go"},
        {"with_c", "", "main.main", "/with_c.go"},
        {"with_c", "-stripped", "main.main", "/with_c.go"},
        {"with_c", "-pie", "main.main", "/with_c.go"},
    };
    char path[PATH_MAX];
    size_t tried = 0;
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs) * VERSIONS; i++) {
        size_t which = i / VERSIONS;
        if (!program(path, programs[which].name, versions[i % VERSIONS], programs[which].form))
            continue;
        tried++;
        struct opened opened = open_program(path);
        cr_assert(opened.table, "%s", path);
        cr_expect(has_inlined(opened.table, programs[which].function, "time.After",
                              programs[which].source),
                  "%s", path);
        close_program(&opened);
    }
    need(tried);
}

Test(gopclntab, is_in_go_programs_alone)
{
    struct opened opened = open_program("/proc/self/exe");
    cr_expect_null(opened.table);
    close_program(&opened);
}

/* ---- damage ---- */

#define ROUNDS 400
#define MOST_FLIPS 32
#define LOOK_UPS 64

static uint64_t state = 88172645463325252u;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static char *read_program(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    cr_assert(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

/* Of exactly that size: what is read from beyond its end is an error of memory. */
static void use(const char *bytes, size_t size)
{
    struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED];
    struct gopclntab_code code;
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    Elf *elf = elf_memory(copy, size);
    struct gopclntab *table = elf ? gopclntab_new(elf) : NULL;
    for (int i = 0; table && i < LOOK_UPS; i++) {
        size_t count = gopclntab_look_up(table, 0x401000 + next_random() % 0xa0000, frames);
        cr_assert_leq(count, GOPCLNTAB_MOST_INLINED);
        for (size_t j = 0; j < count; j++)
            cr_assert(*frames[j].function && (!frames[j].file || *frames[j].file));
    }
    if (table)
        gopclntab_find(table, "time.startTimer", &code);
    gopclntab_free(table);
    elf_end(elf);
    free(copy);
}

static size_t find(const char *bytes, size_t size, const void *wanted, size_t length)
{
    const char *found = memmem(bytes, size, wanted, length);
    cr_assert(found);
    return (size_t)(found - bytes);
}

Test(gopclntab, damage_is_no_crash)
{
    char path[PATH_MAX];
    size_t tried = 0;
    elf_version(EV_CURRENT);
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!program(path, "after_in_select", versions[i], "-stripped"))
            continue;
        tried++;
        const unsigned char magic[] = {i == 0 ? 0xf0 : 0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8};
        size_t size;
        char *whole = read_program(path, &size), *damaged = malloc(size);
        size_t table = find(whole, size, magic, sizeof(magic));
        for (int round = 0; round < ROUNDS; round++) {
            memcpy(damaged, whole, size);
            /* In its header, its parts, and all of the rest of the file in turn. */
            size_t span = round % 3 == 0 ? 72 : round % 3 == 1 ? size - table : size;
            size_t from = round % 3 == 2 ? 0 : table;
            for (size_t flips = 1 + next_random() % MOST_FLIPS; flips > 0; flips--)
                damaged[from + next_random() % span] = (char)next_random();
            use(damaged, round % 7 == 0 ? table + next_random() % (size - table) : size);
        }
        free(whole);
        free(damaged);
    }
    need(tried);
}
