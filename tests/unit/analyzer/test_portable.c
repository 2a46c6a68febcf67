/* The names that archives hold: what is written is read, what is damaged is told. */
#include "base/memory.h"
#include "recording/archive.h"
#include "recording_builder.h"
#include "self.h"
#include "shop.h"
#include "symbols/portable_text.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t app_id[] = {0xab, 0x00, 0x12};
static struct strings *strings;

static void setup(void)
{
    strings = strings_new();
}

static void teardown(void)
{
    strings_free(strings);
}

TestSuite(portable, .init = setup, .fini = teardown);

static struct portable_module *app(struct portable *portable)
{
    return portable_module(portable, "/usr/bin/app", app_id, sizeof(app_id));
}

static void add(struct portable_module *module, uint64_t address, struct symbol *symbols,
                size_t count)
{
    const struct symbol_list list = {.count = count, .symbols = symbols};
    portable_add(module, address, &list);
}

static struct portable *some_names(void)
{
    const char *file = strings_add(strings, "/src/a.c"), *directory = strings_add(strings, "/src");
    struct symbol two[] = {
        {strings_add(strings, "inner"), strings_add(strings, "inner(int)"), file, directory, 7,
         true},
        {strings_add(strings, "ou\"t\\er\xc3\xa9"), NULL, file, directory, 9, false}};
    struct symbol plain[] = {{strings_add(strings, "timerfd_create"), NULL, NULL, NULL, 0, false}};
    struct portable *portable = portable_new(strings);
    struct portable_module *library = portable_module(portable, "/lib/libc.so.6", NULL, 0);
    struct portable_target target = {library, 0x77, NULL};
    add(app(portable), 0x1234, two, 2);
    add(app(portable), UINT64_MAX, NULL, 0);
    add(library, 0x77, plain, 1);
    portable_set_code(app(portable), &(struct symbol_code){0x1000, 0x9000, 0x400});
    portable_set_problem(library, "is gone");
    portable_add_tail_calls(app(portable), 0x1234, &target, (const uint64_t[]){5, UINT64_MAX}, 2);
    target = (struct portable_target){.function = strings_add(strings, "timerfd_create")};
    portable_add_tail_calls(app(portable), 0x1234, &target, NULL, 0);
    portable_add_source(portable, file, 5, (const char *const[]){"{", "\tint i\x1b;"}, 2);
    portable_add_source(portable, file, 6, (const char *const[]){"again"}, 1);
    portable_add_source(portable, file, 9, (const char *const[]){"}"}, 1);
    return portable;
}

static char *text_of(const struct portable *portable, size_t *size)
{
    char *text;
    FILE *to = memory_stream(&text, size);
    portable_write(portable, to);
    fclose(to);
    return text;
}

static bool reads(const char *text, size_t size, char error[ERROR_SIZE])
{
    struct portable *portable = portable_new(strings);
    char *copy = memcpy(malloc(size + 1), text, size); /* what lies behind it is nobody's */
    bool read = portable_read(portable, copy, size, error);
    free(copy);
    portable_free(portable);
    return read;
}

static struct portable *read_back(const struct portable *portable)
{
    char error[ERROR_SIZE];
    size_t size;
    char *text = text_of(portable, &size);
    struct portable *back = portable_new(strings);
    cr_assert(portable_read(back, text, size, error), "%s", error);
    free(text);
    return back;
}

Test(portable, what_is_written_is_read)
{
    struct symbol_list list = {0};
    struct symbol_code code;
    const uint64_t *calls;
    size_t count;
    struct portable *portable = some_names(), *back = read_back(portable);
    const struct portable_module *module =
        portable_find(back, "/elsewhere/app", app_id, sizeof(app_id));
    const struct portable_module *library = portable_find(back, "/lib/libc.so.6", NULL, 0);
    cr_assert(module && library);
    cr_assert(portable_look_up(module, 0x1234, &list));
    cr_assert_eq(list.count, 2);
    cr_expect_str_eq(list.symbols[0].function, "inner");
    cr_expect_str_eq(list.symbols[0].signature, "inner(int)");
    cr_expect_null(list.symbols[1].signature);
    cr_expect(list.symbols[0].inlined && !list.symbols[1].inlined);
    cr_expect_str_eq(list.symbols[1].function, "ou\"t\\er\xc3\xa9");
    cr_expect_str_eq(list.symbols[1].file, "/src/a.c");
    cr_expect_str_eq(list.symbols[1].directory, "/src");
    cr_expect_eq(list.symbols[1].line, 9);
    cr_expect(portable_has_line(module, 0x1234) && !portable_has_line(library, 0x77));
    cr_expect(portable_look_up(module, UINT64_MAX, &list), "that nothing is there is known");
    cr_expect_eq(list.count, 0);
    cr_expect_not(portable_look_up(module, 0x77, &list));
    cr_expect(portable_code(module, &code) && code.end == 0x9000 && code.offset == 0x400);
    cr_expect_not(portable_code(library, &code));
    cr_expect_str_eq(portable_problem(library), "is gone");
    cr_expect_null(portable_problem(module));
    const struct portable_target target = {library, 0x77, NULL};
    cr_assert(portable_tail_calls(module, 0x1234, &target, &calls, &count));
    cr_expect(count == 2 && calls[0] == 5 && calls[1] == UINT64_MAX);
    const struct portable_target named = {.function = strings_add(strings, "timerfd_create")};
    cr_expect(portable_tail_calls(module, 0x1234, &named, &calls, &count) && count == 0);
    const struct portable_target other = {.function = strings_add(strings, "other")};
    cr_expect_not(portable_tail_calls(module, 0x1234, &other, &calls, &count));
    const char *file = strings_add(strings, "/src/a.c");
    const struct portable_source *source = portable_source(back, file, NULL);
    cr_assert(source && source->count == 2 && source->first == 5);
    cr_expect_str_eq(source->lines[1], "\tint i?;");
    source = portable_source(back, file, source);
    cr_assert(source && source->count == 1 && source->first == 9, "what is there is not repeated");
    cr_expect_null(portable_source(back, file, source));
    cr_expect_null(portable_source(back, strings_add(strings, "/src/b.c"), NULL));
    free(list.symbols);
    portable_free(back);
    portable_free(portable);
}

Test(portable, what_is_read_is_written_the_same)
{
    size_t size, again;
    struct portable *portable = some_names(), *back = read_back(portable);
    char *text = text_of(portable, &size), *text_again = text_of(back, &again);
    cr_expect_str_eq(text, text_again);
    free(text);
    free(text_again);
    portable_free(back);
    portable_free(portable);
}

Test(portable, of_two_answers_the_one_with_lines_is_kept)
{
    struct symbol_list list = {0};
    struct symbol without[] = {{"plain", NULL, NULL, NULL, 0, false}};
    struct symbol with[] = {{"plain", NULL, "/src/a.c", "/src", 3, false}};
    struct portable *portable = portable_new(strings);
    add(app(portable), 1, NULL, 0);
    add(app(portable), 1, without, 1);
    cr_expect(portable_look_up(app(portable), 1, &list) && list.count == 1);
    add(app(portable), 1, with, 1);
    add(app(portable), 1, without, 1);
    add(app(portable), 1, NULL, 0);
    cr_expect(portable_look_up(app(portable), 1, &list) && list.symbols[0].line == 3);
    free(list.symbols);
    portable_free(portable);
}

Test(portable, cut_short_anywhere)
{
    char error[ERROR_SIZE];
    size_t size;
    struct portable *portable = some_names();
    char *text = text_of(portable, &size);
    for (size_t cut = 0; cut + 2 < size; cut++) {
        cr_expect_not(reads(text, cut, error), "cut at %zu of %zu", cut, size);
        cr_expect(strstr(error, "damaged"), "%s", error);
    }
    cr_expect(reads(text, size, error));
    free(text);
    portable_free(portable);
}

/* Anything may stand anywhere: it is read or refused. */
Test(portable, changed_anywhere)
{
    static const char *const others[] = {"9",    "-",         "\"",   "[",     "]",           "{",
                                         "}",    ",",         "null", "1e400", "99999999999", "-1",
                                         "[[]]", "{\"a\":0}", "\x1b", "\xff"};
    char error[ERROR_SIZE];
    size_t size, refused = 0;
    struct portable *portable = some_names();
    char *text = text_of(portable, &size), *changed = malloc(size + 16);
    for (size_t at = 0; at < size; at++) {
        for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
            size_t length = (size_t)snprintf(changed, size + 16, "%.*s%s%s", (int)at, text,
                                             others[i], text + at + 1);
            refused += !reads(changed, length, error);
        }
    }
    cr_expect_gt(refused, size);
    free(changed);
    free(text);
    portable_free(portable);
}

Test(portable, what_is_no_table_is_refused)
{
#define TABLE(modules, strings)                                                                    \
    "{\"schema\":\"timerleak-symbols/1\",\"modules\":" modules                                     \
    ",\"sources\":[],\"strings\":" strings "}"
#define ROWS(addresses, calls)                                                                     \
    TABLE("[{\"path\":\"/a\",\"build_id\":\"\",\"addresses\":" addresses ",\"tail_calls\":" calls  \
          "}]",                                                                                    \
          "[\"\",\"f\"]")
    static const char *const wrong[] = {
        "[]",
        "{}",
        "{\"schema\":\"timerleak-symbols/2\"}",
        TABLE("{}", "[]"),
        TABLE("[]", "[1]"),
        TABLE("[]", "{}"),
        TABLE("[1]", "[]"),
        TABLE("[{\"path\":\"/a\"}]", "[]"),
        TABLE("[{\"path\":\"/a\",\"build_id\":\"abc\",\"addresses\":[],\"tail_calls\":[]}]", "[]"),
        TABLE("[{\"path\":\"/a\",\"build_id\":\"XY\",\"addresses\":[],\"tail_calls\":[]}]", "[]"),
        TABLE("[{\"path\":\"/a\",\"build_id\":\"\"}]", "[]"),
        ROWS("[1]", "[]"),
        ROWS("[[]]", "[]"),
        ROWS("[[\"1\"]]", "[]"),
        ROWS("[[1,1,0,0,0,0]]", "[]"),
        ROWS("[[1,0,0,0,0,0,0]]", "[]"),
        ROWS("[[1,2,0,0,0,0,0]]", "[]"),
        ROWS("[[1,-1,0,0,0,0,0]]", "[]"),
        ROWS("[[1,1,0,0,0,-1,0]]", "[]"),
        ROWS("[[1,1,0,0,0,4294967296,0]]", "[]"),
        ROWS("[[1,1,0,0,0,0,true]]", "[]"),
        ROWS("[]", "[[1]]"),
        ROWS("[]", "[[1,2,0]]"),
        ROWS("[]", "[[1,0,0]]"),
        ROWS("[]", "[[1,0,2]]"),
        ROWS("[]", "[[1,1,0,1.5]]"),
    };
    char error[ERROR_SIZE];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        cr_expect_not(reads(wrong[i], strlen(wrong[i]), error), "%s", wrong[i]);
    const char *right = ROWS("[[1,1,1,0,0,0,0]]", "[[1,0,1],[1,1,5,6]]");
    cr_expect(reads(right, strlen(right), error), "%s", error);
}

/* Long lists, which no stack has, would cost memory for nothing. */
Test(portable, lists_without_end_are_refused)
{
    char error[ERROR_SIZE], *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    fputs("{\"schema\":\"timerleak-symbols/"
          "1\",\"sources\":[],\"strings\":[\"\",\"f\"],\"modules\":[{\"path\":\"a\","
          "\"build_id\":\"\",\"tail_calls\":[],\"addresses\":[[1",
          to);
    for (int i = 0; i < 1000; i++)
        fputs(",1,0,0,0,0,1", to);
    fputs("]]}]}", to);
    fclose(to);
    cr_expect_not(reads(text, size, error));
    free(text);
}

/* ---- symbols, which ask it first ---- */

static struct symbol_file *gone(struct symbols *symbols)
{
    return symbols_file(symbols, "/nowhere/app", app_id, sizeof(app_id), 0);
}

/* A few bytes of text each, some hundred in memory. */
Test(portable, what_would_take_all_memory_is_refused)
{
    static const char start[] = "{\"schema\":\"timerleak-symbols/1\",\"modules\":[";
    const size_t size = sizeof(start) - 1 + 3 * 12000000;
    char error[ERROR_SIZE] = "", *text = malloc(size + 1);
    strcpy(text, start);
    for (size_t at = sizeof(start) - 1; at < size; at += 3)
        memcpy(text + at, "[],", 3);
    cr_expect_not(reads(text, size, error));
    cr_expect(strstr(error, "too much memory"), "%s", error);
    free(text);
}

Test(portable, of_one_file_so_many_runs_of_lines_are_kept)
{
    size_t count = 0;
    struct portable *portable = portable_new(strings);
    const char *file = strings_add(strings, "/src/a.c");
    for (long i = 0; i < 5000; i++)
        portable_add_source(portable, file, 3 * i + 1, (const char *const[]){";"}, 1);
    for (const struct portable_source *run = NULL; (run = portable_source(portable, file, run));)
        count++;
    cr_expect_eq(count, 1000);
    portable_free(portable);
}

Test(portable, names_what_lies_nowhere)
{
    struct symbol one[] = {{"leak", NULL, "/src/a.c", "/src", 3, false}};
    struct symbol_code code;
    struct symbols *symbols = symbols_new(strings);
    struct portable_module *module = app(symbols_portable(symbols));
    add(module, 5, one, 1);
    add(module, 6, NULL, 0);
    portable_set_code(module, &(struct symbol_code){0x1000, 0x9000, 0x400});
    cr_expect_str_eq(symbols_look_up(gone(symbols), 5)->symbols[0].function, "leak");
    cr_expect(symbols_code(gone(symbols), &code) && code.start == 0x1000);
    cr_expect_null(symbols_problem(gone(symbols)));
    cr_expect_eq(symbols_look_up(gone(symbols), 6)->count, 0);
    cr_expect_null(symbols_problem(gone(symbols)), "it was there, and had no name for it");
    cr_expect_eq(symbols_look_up(gone(symbols), 7)->count, 0);
    cr_expect_str_eq(symbols_problem(gone(symbols)), "is gone");
    portable_set_problem(module, "has changed since");
    cr_expect_str_eq(symbols_problem(gone(symbols)), "has changed since");
    symbols_free(symbols);
}

/* As where a stripped program was recorded, and is read where it was built. */
Test(portable, a_file_that_tells_lines_is_asked_where_names_tell_none)
{
    struct self self = self_make();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file =
        symbols_file(symbols, self.path, self.build_id, self.build_id_size, 0);
    struct symbol without[] = {{"stripped", NULL, NULL, NULL, 0, false}};
    struct symbol with[] = {{"told", NULL, "/src/a.c", "/src", 3, false}};
    uint64_t address = (uintptr_t)some_names - self.bias;
    struct portable_module *module =
        portable_module(symbols_portable(symbols), self.path, self.build_id, self.build_id_size);
    add(module, address, without, 1);
    cr_expect_str_eq(symbols_look_up(file, address)->symbols[0].function, "some_names");
    add(module, address, with, 1);
    cr_expect_str_eq(symbols_look_up(file, address)->symbols[0].function, "told");
    symbols_free(symbols);
}

Test(portable, what_is_asked_is_kept)
{
    struct self self = self_make();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file =
        symbols_file(symbols, self.path, self.build_id, self.build_id_size, 0);
    uint64_t address = (uintptr_t)some_names - self.bias;
    struct symbol_code code;
    symbols_keep(symbols);
    symbols_look_up(file, address);
    symbols_code(file, &code);
    symbols_look_up(gone(symbols), 1);
    struct portable *back = read_back(symbols_portable(symbols));
    struct symbols *elsewhere = symbols_new(strings);
    size_t size;
    char error[ERROR_SIZE], *text = text_of(back, &size);
    cr_assert(portable_read(symbols_portable(elsewhere), text, size, error));
    file = symbols_file(elsewhere, "/nowhere", self.build_id, self.build_id_size, 0);
    cr_expect_str_eq(symbols_look_up(file, address)->symbols[0].function, "some_names");
    cr_expect(strstr(symbols_look_up(file, address)->symbols[0].file, "test_portable.c"));
    cr_expect_null(symbols_problem(file));
    symbols_look_up(gone(elsewhere), 1);
    cr_expect_str_eq(symbols_problem(gone(elsewhere)), "is gone");
    free(text);
    portable_free(back);
    symbols_free(elsewhere);
    symbols_free(symbols);
}

/* ---- as a member of an archive ---- */

struct met {
    size_t recordings, names, failures;
    char name[ERROR_SIZE], error[ERROR_SIZE];
};

static void meet_recording(struct recording *recording, void *context)
{
    (void)recording;
    ((struct met *)context)->recordings++;
}

static void meet_names(const char *path, const char *text, size_t size, void *context)
{
    struct met *met = context;
    (void)path;
    met->names++;
    snprintf(met->name, sizeof(met->name), "%.*s", (int)size, text);
}

static void meet_failure(const char *error, void *context)
{
    struct met *met = context;
    met->failures++;
    snprintf(met->error, sizeof(met->error), "%s", error);
}

static struct met meet(const char *path)
{
    struct met met = {0};
    recordings_each(path, meet_recording, meet_failure, &met);
    archive_names(path, meet_names, meet_failure, &met);
    return met;
}

static void add_recording(FILE *to)
{
    char error[ERROR_SIZE];
    struct builder *builder = shop();
    char *path = builder_write(builder);
    cr_assert(archive_add(to, path, error), "%s", error);
    builder_free(builder);
    unlink(path);
    free(path);
}

static long add_names(FILE *to, const char *text)
{
    char error[ERROR_SIZE];
    cr_assert(archive_add_names(to, text, strlen(text), error), "%s", error);
    return ftell(to);
}

/* Two recordings, names before, between and behind them; where the second names end. */
static long archive_write(const char *path)
{
    FILE *to = fopen(path, "w");
    add_names(to, "first");
    add_recording(to);
    long end = add_names(to, "second");
    add_recording(to);
    add_names(to, "third");
    fclose(to);
    return end;
}

static char archive_path[] = "/tmp/timerleak-portable-XXXXXX";

static void make_path(void)
{
    setup();
    close(mkstemp(archive_path));
}

static void remove_path(void)
{
    unlink(archive_path);
    teardown();
}

TestSuite(portable_archive, .init = make_path, .fini = remove_path);

Test(portable_archive, holds_names_wherever_they_stand)
{
    archive_write(archive_path);
    struct met met = meet(archive_path);
    cr_expect_eq(met.recordings, 2);
    cr_expect_eq(met.names, 3);
    cr_expect_eq(met.failures, 0, "%s", met.error);
    cr_expect_str_eq(met.name, "third");
}

Test(portable_archive, damaged_names_cost_no_recording)
{
    long end = archive_write(archive_path);
    FILE *file = fopen(archive_path, "r+");
    fseek(file, end - 8, SEEK_SET); /* their checksum */
    fputs("nonsense", file);
    fclose(file);
    struct met met = meet(archive_path);
    cr_expect_eq(met.recordings, 2);
    cr_expect_eq(met.names, 2);
    cr_expect_eq(met.failures, 1);
    cr_expect(strstr(met.error, "its names are damaged"), "%s", met.error);
}

Test(portable_archive, a_damaged_recording_costs_no_other)
{
    FILE *to = fopen(archive_path, "w");
    add_recording(to);
    long end = ftell(to);
    add_recording(to);
    fseek(to, end / 2, SEEK_SET);
    fputs("nonsense", to);
    fclose(to);
    struct met met = meet(archive_path);
    cr_expect_eq(met.recordings, 1);
    cr_expect_eq(met.failures, 1, "%zu: %s", met.failures, met.error);
}

Test(portable_archive, what_is_added_leaves_its_names_behind)
{
    char error[ERROR_SIZE], other[] = "/tmp/timerleak-portable-XXXXXX";
    archive_write(archive_path);
    FILE *to = fdopen(mkstemp(other), "w");
    cr_expect(archive_add(to, archive_path, error), "%s", error);
    fclose(to);
    struct met met = meet(other);
    cr_expect_eq(met.recordings, 2);
    cr_expect_eq(met.names, 0);
    cr_expect_eq(met.failures, 0, "%s", met.error);
    unlink(other);
}

/* What is damaged behind damaged names may be a recording. */
Test(portable_archive, what_is_not_added_is_told)
{
    char error[ERROR_SIZE];
    long end = archive_write(archive_path);
    FILE *file = fopen(archive_path, "r+");
    fseek(file, end - 8, SEEK_SET); /* the checksum of names */
    fputs("nonsense", file);
    fseek(file, end + 200, SEEK_SET);
    fputs("nonsense", file);
    fclose(file);
    FILE *to = tmpfile();
    cr_expect_not(archive_add(to, archive_path, error));
    cr_expect(strstr(error, "damaged"), "\"%s\"", error);
    fclose(to);
}

Test(portable_archive, names_alone_are_no_archive)
{
    char error[ERROR_SIZE];
    FILE *to = fopen(archive_path, "w");
    add_names(to, "names");
    fclose(to);
    to = tmpfile();
    cr_expect_not(archive_add(to, archive_path, error));
    cr_expect(strstr(error, "no recording"), "%s", error);
    fclose(to);
}
