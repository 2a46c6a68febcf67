/* Perf maps are text of somebody else's making, and name the functions that were made at run time.
 */
#include "symbols/perfmap.h"

#include "base/memory.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct strings *strings;

static void begin(void)
{
    strings = strings_new();
}

static void end(void)
{
    strings_free(strings);
}

TestSuite(perfmap, .init = begin, .fini = end);

static struct perfmap *map_of_bytes(const char *text, size_t size)
{
    return perfmap_new(memcpy(memory_new(size + 1, 1), text, size), size);
}

static struct perfmap *map_of(const char *text)
{
    return map_of_bytes(text, strlen(text));
}

static const char *name_at(const struct perfmap *map, uint64_t address)
{
    struct perfmap_function function;
    return perfmap_find(map, address, strings, &function) ? function.name : "";
}

Test(perfmap, a_function_holds_its_addresses_and_no_other)
{
    struct perfmap *map = map_of("2000 10 second\n1000 20 first\n");
    uint64_t start, end;
    cr_expect_str_eq(name_at(map, 0xfff), "");
    cr_expect_str_eq(name_at(map, 0x1000), "first");
    cr_expect_str_eq(name_at(map, 0x101f), "first");
    cr_expect_str_eq(name_at(map, 0x1020), "");
    cr_expect_str_eq(name_at(map, 0x2008), "second");
    perfmap_range(map, &start, &end);
    cr_expect_eq(start, 0x1000);
    cr_expect_eq(end, 0x2010);
    perfmap_free(map);
}

Test(perfmap, the_later_line_is_right_where_two_overlap)
{
    struct perfmap *map =
        map_of("1000 100 old\n1040 20 new\n1050 8 newest\n10f0 20 behind\n1000 10 again\n");
    cr_expect_str_eq(name_at(map, 0x1000), "again");
    cr_expect_str_eq(name_at(map, 0x1010), "old");
    cr_expect_str_eq(name_at(map, 0x104f), "new");
    cr_expect_str_eq(name_at(map, 0x1050), "newest");
    cr_expect_str_eq(name_at(map, 0x1058), "new");
    cr_expect_str_eq(name_at(map, 0x1060), "old");
    cr_expect_str_eq(name_at(map, 0x10f0), "behind");
    cr_expect_str_eq(name_at(map, 0x110f), "behind");
    cr_expect_str_eq(name_at(map, 0x1110), "");
    perfmap_free(map);
}

/* As a plain search through all lines would have it. */
Test(perfmap, any_overlaps_are_settled_alike)
{
    enum { LINES = 200, ADDRESSES = 300 };
    static char text[LINES * 32];
    int latest[ADDRESSES];
    size_t length = 0;
    unsigned random = 7;
    for (int a = 0; a < ADDRESSES; a++)
        latest[a] = -1;
    for (int i = 0; i < LINES; i++) {
        unsigned start = (random = random * 1103515245 + 12345) >> 16 & 255;
        unsigned size = (random = random * 1103515245 + 12345) >> 16 & 31;
        length += (size_t)sprintf(text + length, "%x %x f%d\n", start, size, i);
        for (unsigned a = start; a < start + size && a < ADDRESSES; a++)
            latest[a] = i;
    }
    struct perfmap *map = map_of(text);
    for (unsigned a = 0; a < ADDRESSES; a++) {
        char expected[16] = "";
        if (latest[a] >= 0)
            sprintf(expected, "f%d", latest[a]);
        cr_expect_str_eq(name_at(map, a), expected, "address %u", a);
    }
    perfmap_free(map);
}

Test(perfmap, lines_that_tell_of_no_function_are_passed_over)
{
    static const char text[] = "# timerleak 12 34\n\n \n1000\n1000 10\n1000 10 \nzz 10 name\n"
                               "1000 zz name\n1000 0 empty\n-1000 10 negative\n"
                               "fffffffffffffff0 20 beyond\n10 10name\n"
                               "1000 10 good\n2000 10 cut short";
    struct perfmap *map = map_of(text);
    cr_expect_str_eq(name_at(map, 0x1000), "good");
    cr_expect_str_eq(name_at(map, 0x2000), "", "it is being written");
    cr_expect_str_eq(name_at(map, 0x10), "");
    cr_expect_str_eq(name_at(map, UINT64_MAX - 8), "");
    perfmap_free(map);
}

Test(perfmap, what_is_no_text_harms_nobody)
{
    static const char bytes[] = "1000 10 a\0b\n\0\0\0\n2000 10 \x1b[31mred\xff\n3000 10 c\n";
    char *longest = memory_new(1, 100001);
    struct perfmap *map = map_of_bytes(bytes, sizeof(bytes) - 1);
    cr_expect_str_eq(name_at(map, 0x1000), "a");
    cr_expect_str_eq(name_at(map, 0x2000), "?[31mred?");
    cr_expect_str_eq(name_at(map, 0x3000), "c");
    perfmap_free(map);
    map = map_of("");
    cr_expect_str_eq(name_at(map, 0), "");
    perfmap_free(map);
    memset(longest, 'x', 100000);
    memcpy(longest, "1000 10 ", 8);
    longest[99999] = '\n';
    map = map_of(longest);
    cr_expect_leq(strlen(name_at(map, 0x1000)), 4096);
    perfmap_free(map);
    free(longest);
}

static void expect_read(const char *written, const char *name, const char *file, int line)
{
    char text[512];
    struct perfmap_function function = {0};
    snprintf(text, sizeof(text), "1000 10 %s\n", written);
    struct perfmap *map = map_of(text);
    cr_assert(perfmap_find(map, 0x1008, strings, &function));
    cr_expect_str_eq(function.name, name);
    cr_expect_str_eq(function.file ? function.file : "", file);
    cr_expect_eq(function.line, line, "%s: line %d", written, function.line);
    perfmap_free(map);
}

Test(perfmap, names_are_read_as_their_interpreters_write_them)
{
    expect_read("py::handler:/srv/app/leak.py", "py::handler:leak.py", "/srv/app/leak.py", 0);
    expect_read("py::main.<locals>.<lambda>:leak.py:12", "py::main.<locals>.<lambda>:leak.py",
                "leak.py", 12);
    expect_read("py::Finder.find:<frozen importlib._bootstrap>",
                "py::Finder.find:<frozen importlib._bootstrap>", "", 0);
    expect_read("py::", "py::", "", 0);
    expect_read("JS:~handler /srv/leak.js:2:17", "handler", "/srv/leak.js", 2);
    expect_read("LazyCompile:*get size file:///srv/my files/leak.mjs:20:5", "get size",
                "/srv/my files/leak.mjs", 20);
    expect_read("Function:^emit node:events:466:44", "emit", "node:events", 466);
    expect_read("Script:~ /srv/leak.js:1:1", "(anonymous)", "/srv/leak.js", 1);
    expect_read("JS:*handler", "handler", "", 0);
    expect_read("Builtin:ArrayPush", "Builtin:ArrayPush", "", 0);
    expect_read("Lcom/acme/Server;::accept", "com.acme.Server::accept", "", 0);
    expect_read("Interpreter", "Interpreter", "", 0);
    expect_read("TRACE_12::leak.lua:7", "TRACE_12::leak.lua:7", "leak.lua", 7);
    expect_read("int32 [app] Program::Main(string[])[Tier0]", "int32 [app] Program::Main(string[])",
                "", 0);
}

/* It is no file that something was taken from. */
Test(perfmap, what_it_does_not_tell_of_was_not_stripped)
{
    struct symbols *symbols = symbols_new(strings);
    char *text = memory_copy("1000 20 first\n2000 20 second\n");
    struct symbol_file *made = symbols_made(symbols, "made", text, strlen(text));
    symbols_keep(symbols);
    cr_expect_eq(symbols_look_up(made, 0x1000)->count, 1);
    cr_expect_eq(symbols_look_up(made, 0x1800)->count, 0);
    cr_expect_null(symbols_problem(made), "%s", symbols_problem(made));
    symbols_free(symbols);
}
