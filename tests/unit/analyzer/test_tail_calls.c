/* The way that tail calls took, found in programs that were just compiled; and of damaged ones. */
#include "loaded.h"
#include "profile/identity.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAY 512

/* Two files, of which one makes what the other opens. */
static const char opening[] =
    "#define APART __attribute__((noinline))\n"
    "#define HIDDEN __attribute__((noinline, visibility(\"hidden\")))\n"
    "int timerfd_create(int clock, int flags);\n"
    "int puts(const char *text);\n"
    "HIDDEN int low(int k) { return timerfd_create(1, k & 0); }\n"
    "APART int open_timer(int k) { return k > 90 ? puts(\"no\") : low(k + 1); }\n"
    "APART static int local(int k) { return timerfd_create(k, 0); }\n"
    "APART int other(int k) { return local(k + 1) + 1; }\n"
    "HIDDEN int twin(int k) { return timerfd_create(2, k & 0); }\n";

static const char program[] =
    "#define APART __attribute__((noinline))\n"
    "int open_timer(int k); int other(int k); int timerfd_create(int clock, int flags);\n"
    "int twin(int k);\n"
    "APART static int middle(int k) { return open_timer(k * 2); }\n"
    "static inline __attribute__((always_inline)) int inner(int k) { return middle(k) + 1; }\n"
    "APART int one_way(int k) { return inner(k) * 2; }\n"
    "APART int straight(int k) { return timerfd_create(k, 1) + 1; }\n"
    "APART static int left(int k) { return open_timer(k + 7); }\n"
    "APART static int either(int k) { return k & 1 ? left(k) : open_timer(k); }\n"
    "APART int two_ways(int k) { return either(k) + 1; }\n"
    "APART static int told(int (*to)(int), int k) { return k ? to(k) : open_timer(k); }\n"
    "APART int any_way(int (*to)(int), int k) { return told(to, k) + 1; }\n"
    "APART int odd(int k);\n"
    "APART int even(int k) { __asm__(\"\"); return k ? odd(k - 1) : open_timer(k); }\n"
    "APART int odd(int k) { __asm__(\"\"); return k ? even(k / 2) : 3; }\n"
    "APART int round_about(int k) { return even(k) + 1; }\n"
    "APART static int to_other(int k) { return other(k + 3); }\n"
    "APART int framed(int k) { return to_other(k) + 1; }\n"
    "APART static int to_twin(int k) { return twin(k + 5); }\n"
    "APART int twins(int k) { return to_twin(k) + 1; }\n"
    "int main(int n, char **v) { (void)v; return one_way(n) + straight(n) + two_ways(n) +\n"
    "any_way(open_timer, n) + round_about(n) + framed(n) + twins(n); }\n";

/* Has a function of a name that another file has too. */
static const char third[] = "static __attribute__((noinline)) int twin(int k)\n"
                            "{ __asm__ volatile(\"\"); return k; }\n"
                            "int third(int k) { return twin(k) + 1; }\n";

static char directory[] = "/tmp/timerleak-test-XXXXXX";

static void write_source(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
}

static void set_up(void)
{
    cr_assert(mkdtemp(directory));
    write_source("opening.c", opening);
    write_source("program.c", program);
    write_source("third.c", third);
}

static void run(const char *format, const char *what)
{
    char command[1024], line[768];
    snprintf(line, sizeof(line), format, what);
    snprintf(command, sizeof(command), "cd %s && %s", directory, line);
    cr_assert_eq(system(command), 0, "%s", command);
}

static void tear_down(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -r %s", directory);
    cr_assert_eq(system(command), 0);
}

TestSuite(tail_calls, .init = set_up, .fini = tear_down);

struct range {
    unsigned long start, size;
};

static struct range range_of(const char *function)
{
    char command[256];
    struct range range = {0, 0};
    snprintf(command, sizeof(command), "nm -S %s/full | grep ' %s$'", directory, function);
    FILE *pipe = popen(command, "r");
    cr_assert_eq(fscanf(pipe, "%lx %lx", &range.start, &range.size), 2, "%s", command);
    pclose(pipe);
    return range;
}

/* "low:5 open_timer:6 ": leaf first, what is found from any call in `caller`. */
static void find_way(char way[WAY], struct symbol_file *file, struct range caller,
                     const struct symbol_target *target)
{
    way[0] = '\0';
    for (uint64_t address = caller.start; address < caller.start + caller.size; address++) {
        size_t count;
        const uint64_t *calls = symbols_tail_calls(file, address, target, &count);
        for (size_t i = 0; i < count; i++) {
            const struct symbol_list *list = symbols_look_up(file, calls[i]);
            const struct symbol none = {.function = "?"};
            const struct symbol *symbol = list->count > 0 ? &list->symbols[list->count - 1] : &none;
            size_t length = strlen(way);
            snprintf(way + length, WAY - length, "%s:%d ", symbol->function, symbol->line);
        }
    }
}

/* `reached` is a function of the program, or one of another file. */
static void expect_way(const char *name, const char *caller, const char *reached, bool own,
                       const char *expected)
{
    char path[128], way[WAY];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, NULL, 0, UINT64_MAX);
    struct symbol_target target = {.function = reached};
    if (own)
        target = (struct symbol_target){.file = file, .address = range_of(reached).start};
    find_way(way, file, range_of(caller), &target);
    cr_expect_null(symbols_problem(file));
    cr_expect_str_eq(way, expected, "%s to %s in %s: \"%s\"", caller, reached, name, way);
    symbols_free(symbols);
    strings_free(strings);
}

#define SOURCES "-Wl,--build-id=none program.c opening.c third.c -o full"

/* Both compilers, and both forms in which the calls are written down. */
static const char *const compilers[] = {"gcc -gdwarf-4", "gcc -gdwarf-5", "clang -gdwarf-4",
                                        "clang -gdwarf-5"};

/* False if this compiler is not here. */
static bool compile(const char *compiler)
{
    char command[64];
    snprintf(command, sizeof(command), "%.5s --version >/dev/null 2>&1", compiler);
    if (system(command) != 0)
        return false;
    run("%s -O2 " SOURCES, compiler);
    return true;
}

Test(tail_calls, the_one_way_is_told_over_files_and_out_of_inlined_functions)
{
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        if (!compile(compilers[i]))
            continue;
        expect_way("full", "one_way", "timerfd_create", false, "low:5 open_timer:6 middle:4 ");
        expect_way("full", "one_way", "low", true, "open_timer:6 middle:4 ");
        /* As a library is that was linked into the program, and is known by name. */
        expect_way("full", "one_way", "low", false, "open_timer:6 middle:4 ");
        expect_way("full", "one_way", "open_timer", true, "middle:4 ");
        expect_way("full", "framed", "other", true, "to_other:17 ");
    }
}

Test(tail_calls, where_a_call_returns_from_what_it_named_there_are_none)
{
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        if (!compile(compilers[i]))
            continue;
        expect_way("full", "straight", "timerfd_create", false, "");
        expect_way("full", "straight", "timerfd_create@@GLIBC_2.8", false, "");
        expect_way("full", "one_way", "middle", true, "");
        /* It returns to its caller, a call of which it names no way to. */
        expect_way("full", "framed", "timerfd_create", false, "");
        expect_way("full", "one_way", "timer_create", false, "");
        expect_way("full", "one_way", "puts", false, "open_timer:6 middle:4 ");
    }
}

Test(tail_calls, of_several_ways_none_is_told)
{
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        if (!compile(compilers[i]))
            continue;
        expect_way("full", "two_ways", "timerfd_create", false, "");
        expect_way("full", "two_ways", "left", true, "either:9 ");
        expect_way("full", "any_way", "timerfd_create", false, "");
        expect_way("full", "round_about", "timerfd_create", false, "");
        expect_way("full", "twins", "timerfd_create", false, "");
    }
}

/* Of a file without debug information nobody knows what it calls. */
Test(tail_calls, what_is_not_known_is_no_way)
{
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        if (!compile(compilers[i]))
            continue;
        run("%s -O2 -g0 -c opening.c", compilers[i]);
        run("%s -O2 program.c third.c opening.o -Wl,--build-id=none -o full", compilers[i]);
        expect_way("full", "one_way", "timerfd_create", false, "");
        expect_way("full", "framed", "timerfd_create", false, "");
        run("strip --strip-debug -o bare full%s", "");
        expect_way("bare", "one_way", "timerfd_create", false, "");
    }
    run("%s -g -O0 " SOURCES, "cc");
    expect_way("full", "one_way", "timerfd_create", false, "");
}

Test(tail_calls, debug_files_tell_of_stripped_ones)
{
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        if (!compile(compilers[i]))
            continue;
        run("objcopy --only-keep-debug full full.debug && strip -o stripped full && "
            "objcopy --add-gnu-debuglink=full.debug stripped linked%s",
            "");
        expect_way("linked", "one_way", "timerfd_create", false, "low:5 open_timer:6 middle:4 ");
        expect_way("stripped", "one_way", "timerfd_create", false, "");
    }
}

/* Names that are mangled, of methods, and of what is in no other file's reach. */
static const char methods[] =
    "extern \"C\" int timerfd_create(int clock, int flags);\n"
    "namespace net { struct Pool { int open(int k); static int raw(int k); };\n"
    "__attribute__((noinline)) int Pool::raw(int k) { return timerfd_create(1, k & 0); }\n"
    "__attribute__((noinline)) int Pool::open(int k) { return raw(k + 1); } }\n"
    "namespace { template <class T> struct Box {\n"
    "__attribute__((noinline)) int hide(T *pool, int k) { return pool->open(k * 3); } }; }\n"
    "extern \"C\" __attribute__((noinline)) int one_way(int k) {\n"
    "net::Pool pool; Box<net::Pool> box; return box.hide(&pool, k) + 1; }\n"
    "int main(int n, char **) { return one_way(n); }\n";

Test(tail_calls, methods_and_templates)
{
    write_source("methods.cpp", methods);
    for (size_t i = 0; i < sizeof(compilers) / sizeof(*compilers); i++) {
        char compiler[32], name[8];
        if (!compile(compilers[i]))
            continue;
        sscanf(compilers[i], "%7s", name);
        snprintf(compiler, sizeof(compiler), "%s %s", strcmp(name, "gcc") ? "clang++" : "g++",
                 compilers[i] + strlen(name));
        run("%s -O2 -Wl,--build-id=none -o full methods.cpp", compiler);
        expect_way("full", "one_way", "timerfd_create", false,
                   "net::Pool::raw:3 net::Pool::open:4 "
                   "(anonymous namespace)::Box<net::Pool>::hide:6 ");
    }
}

/* ---- in a profile ---- */

static const char build_id[] = "\xaa\xbb\xcc\xdd";

/* Where the call in `caller` returns to, that leads to what `way` says. */
static uint64_t returned_to(const char *name, const char *caller, const char *reached, bool own)
{
    char path[128];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, (const uint8_t *)build_id, 4, 0);
    struct symbol_target target = {.function = reached};
    struct range range = range_of(caller);
    uint64_t address = range.start;
    size_t count = 0;
    if (own)
        target = (struct symbol_target){.file = file, .address = range_of(reached).start};
    while (count == 0 && address < range.start + range.size)
        symbols_tail_calls(file, address++, &target, &count);
    cr_assert_gt(count, 0, "%s does not lead to %s", caller, reached);
    symbols_free(symbols);
    strings_free(strings);
    return address;
}

/* Both functions that have a frame were called from one that has none. */
static struct profile *profile_of(const char *name, const uint64_t addresses[2])
{
    char path[128];
    struct builder *builder = builder_new(SECOND);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    uint32_t module = builder_module(builder, path, build_id, 4);
    uint64_t frames[] = {TLK_FRAME(module, addresses[0]), TLK_FRAME(module, addresses[1])};
    builder_create(builder, builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, 2), 0);
    struct profile *profile = loaded(builder);
    fingerprints_set(profile);
    return profile;
}

static void print_stack(FILE *to, struct profile *profile)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, loaded_site(profile), &depth);
    for (size_t i = 0; i < depth; i++)
        fprintf(to, "%s%s, ", stack[i].name, stack_mark(&stack[i]));
}

static void expect_stack(struct profile *profile, const char *expected)
{
    char *text = printed(print_stack, profile);
    cr_expect_str_eq(text, expected, "this came: %s", text);
    free(text);
}

Test(tail_calls, stacks_have_them_and_fingerprints_are_the_same_without)
{
    uint64_t addresses[2];
    run("%s -gdwarf-5 -O2 -Wl,--build-id=0xaabbccdd program.c opening.c third.c -o full", "cc");
    run("strip --strip-debug -o bare full%s", "");
    addresses[0] = returned_to("full", "other", "timerfd_create", false);
    addresses[1] = returned_to("full", "framed", "other", true);
    struct profile *full = profile_of("full", addresses), *bare = profile_of("bare", addresses);
    expect_stack(full, "timerfd_create, local (tail call), other, to_other (tail call), framed, ");
    expect_stack(bare, "timerfd_create, other, framed, ");
    cr_expect_str_eq(stack_headline(full, loaded_site(full))->name, "local");
    cr_expect_str_eq(loaded_site(full)->id, loaded_site(bare)->id);
    expect_printed(full, print_json, "\"tail_call\": true");
    expect_printed(full, print_report, "local (tail call)     ");
    profile_free(full);
    profile_free(bare);
}

/* ---- who wrote the file may have meant harm ---- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static unsigned char *read_all(const char *name, size_t *size)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    cr_assert(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_all(const char *name, const unsigned char *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Where the debug information lies in the file. */
static struct range section_of(const char *section)
{
    char command[256];
    struct range range;
    snprintf(command, sizeof(command), "objdump -h %s/full | awk '$2 == \"%s\" { print $6, $3 }'",
             directory, section);
    FILE *pipe = popen(command, "r");
    cr_assert_eq(fscanf(pipe, "%lx %lx", &range.start, &range.size), 2, "%s", command);
    pclose(pipe);
    return range;
}

static void ask_all(const char *name, struct range caller)
{
    char path[128], way[WAY];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, NULL, 0, UINT64_MAX);
    find_way(way, file, caller, &(struct symbol_target){.function = "timerfd_create"});
    find_way(way, file, caller, &(struct symbol_target){.file = file, .address = caller.start});
    symbols_free(symbols);
    strings_free(strings);
}

Test(tail_calls, damaged_debug_information_tells_something_or_nothing, .timeout = 120)
{
    uint64_t state = 7;
    cr_assert(compile("gcc -gdwarf-5"));
    struct range info = section_of(".debug_info"), abbreviations = section_of(".debug_abbrev");
    struct range caller = range_of("one_way");
    size_t size;
    unsigned char *bytes = read_all("full", &size), *damaged = malloc(size);
    for (int i = 0; i < 400; i++) {
        memcpy(damaged, bytes, size);
        for (int j = 0; j <= i % 4; j++) {
            struct range range = i % 3 ? info : abbreviations;
            damaged[range.start + next_random(&state) % range.size] =
                (unsigned char)next_random(&state);
        }
        write_all("damaged", damaged, size);
        ask_all("damaged", caller);
    }
    free(damaged);
    free(bytes);
}

/* In a namespace in a namespace, and so on. */
static void write_nested(void)
{
    char text[4096] = "";
    size_t length = 0;
    for (int i = 0; i < 60; i++)
        length += (size_t)sprintf(text + length, "namespace n%d { ", i);
    length += (size_t)sprintf(text + length, "int one_way(int k) { return k; } ");
    for (int i = 0; i < 60; i++)
        length += (size_t)sprintf(text + length, "int v%d; } ", i);
    sprintf(text + length, "int main() { return 0; }\n");
    write_source("nested.cpp", text);
}

/* Each entry that names the next one names the first of its own instead. */
Test(tail_calls, entries_that_are_named_again_and_again_are_walked_once, .timeout = 60)
{
    char command[512];
    unsigned long value, unit, own;
    size_t count = 0, size;
    write_nested();
    run("%s -gdwarf-5 -Wl,--build-id=none -o full nested.cpp", "g++");
    struct range info = section_of(".debug_info");
    unsigned char *bytes = read_all("full", &size);
    snprintf(command, sizeof(command),
             "readelf --debug-dump=info %s/full | sed -nE "
             "'s/.*Unit @ offset (0x)?([0-9a-f]+).*/unit \\2/p; "
             "s/^ <[0-9a-f]+><([0-9a-f]+)>: Abb.*/entry \\1/p; "
             "s/^ +<([0-9a-f]+)> +DW_AT_sibling.*/next \\1/p' | "
             "awk '$1 == \"unit\" { u = $2 } $1 == \"next\" { n = $2 } "
             "$1 == \"entry\" && n { print n, u, $2; n = 0 }'",
             directory);
    FILE *pipe = popen(command, "r");
    for (; fscanf(pipe, "%lx %lx %lx", &value, &unit, &own) == 3; count++) {
        uint32_t next = (uint32_t)(own - unit);
        memcpy(bytes + info.start + value, &next, sizeof(next));
    }
    pclose(pipe);
    cr_expect_gt(count, 50, "%zu entries", count);
    write_all("damaged", bytes, size);
    ask_all("damaged", range_of(".*one_way.*"));
    free(bytes);
}
