/* What one report was told, the next one knows: where, for how long, and of what it is kept. */
#include "symbols/cache.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = "#define APART __attribute__((noinline))\n"
                              "APART int deep(int n) { __asm__(\"\"); return n * 3; }\n"
                              "APART int middle(int n) { return deep(n + 1); }\n"
                              "static inline int inner(int n) { return middle(n) + 1; }\n"
                              "APART int outer(int n) { return inner(n) * 2; }\n"
                              "int main(int n, char **v) { (void)v; return outer(n); }\n";

static const uint8_t build_id[] = {0xab, 0xcd, 0x12, 0x00};
static char folder[] = "/tmp/timerleak-cache-XXXXXX";
static struct strings *strings;

static void run(const char *line)
{
    cr_assert_eq(system(line), 0, "%s", line);
}

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    FILE *file = fopen("program.c", "w");
    fputs(program, file);
    fclose(file);
    run("cc -g -O2 -Wl,--build-id=0xabcd1200 -o app program.c");
    cache_use("cache");
    strings = strings_new();
}

static void teardown(void)
{
    char line[64];
    strings_free(strings);
    cache_use(NULL);
    unsetenv("TIMERLEAK_BINARY_PATH");
    snprintf(line, sizeof(line), "rm -r %s", folder);
    run(line);
}

TestSuite(cache, .init = setup, .fini = teardown);

static uint64_t address_of(const char *function)
{
    char command[64];
    unsigned long address = 0;
    snprintf(command, sizeof(command), "nm app | grep ' %s$'", function);
    FILE *pipe = popen(command, "r");
    cr_assert_eq(fscanf(pipe, "%lx", &address), 1);
    pclose(pipe);
    return address;
}

static struct symbol_file *app(struct symbols *symbols)
{
    return symbols_file(symbols, "app", build_id, sizeof(build_id), 0);
}

/* A report that asks for one address: "outer program.c:5", "?" where there is no name. */
static const char *told(uint64_t address)
{
    static char text[128];
    struct symbols *symbols = symbols_new(strings);
    const struct symbol_list *list = symbols_look_up(app(symbols), address);
    const struct symbol *symbol = list->count > 0 ? &list->symbols[list->count - 1] : NULL;
    snprintf(text, sizeof(text), "%s:%d", symbol ? symbol->function : "?",
             symbol ? symbol->line : 0);
    symbols_free(symbols);
    return text;
}

/* How many entries there are. */
static int entries(void)
{
    int count = 0;
    FILE *pipe = popen("ls cache 2>/dev/null | grep -c json", "r");
    cr_assert_eq(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

Test(cache, what_was_told_is_known_when_the_file_is_gone)
{
    uint64_t outer = address_of("outer"), deep = address_of("deep");
    struct symbol_code code, again;
    struct symbols *symbols = symbols_new(strings);
    size_t count, calls = 0;
    for (uint64_t at = outer; at < outer + 40; at++) {
        const struct symbol_target target = {app(symbols), deep, NULL};
        symbols_tail_calls(app(symbols), at, &target, &count);
        calls += count;
    }
    cr_expect_eq(calls, 1, "outer calls middle, which leaves for deep");
    cr_assert(symbols_code(app(symbols), &code));
    cr_expect_eq(symbols_look_up(app(symbols), outer)->count, 2, "what is inlined, too");
    symbols_free(symbols);
    cr_expect_eq(entries(), 1);
    run("rm app");
    symbols = symbols_new(strings);
    const struct symbol_list *list = symbols_look_up(app(symbols), outer);
    cr_assert_eq(list->count, 2);
    cr_expect_str_eq(list->symbols[0].function, "inner");
    cr_expect_str_eq(list->symbols[1].function, "outer");
    cr_expect_gt(list->symbols[1].line, 0);
    for (uint64_t at = outer; at < outer + 40; at++) {
        const struct symbol_target target = {app(symbols), deep, NULL};
        symbols_tail_calls(app(symbols), at, &target, &count);
        calls += count;
    }
    cr_expect_eq(calls, 2);
    cr_expect(symbols_code(app(symbols), &again) && again.end == code.end);
    cr_expect_null(symbols_problem(app(symbols)));
    cr_expect_eq(symbols_look_up(app(symbols), deep)->count, 0, "nobody had asked for it");
    cr_expect_str_eq(symbols_problem(app(symbols)), "is gone");
    symbols_free(symbols);
}

Test(cache, without_one_nothing_is_known)
{
    uint64_t outer = address_of("outer");
    cache_use(NULL);
    cr_expect_str_eq(told(outer), "outer:5");
    cr_expect_eq(entries(), 0);
    run("rm app");
    cr_expect_str_eq(told(outer), "?:0");
}

/* Debug information that comes later is used at once. */
Test(cache, of_what_is_stripped_nothing_is_kept)
{
    uint64_t outer = address_of("outer");
    run("mkdir -p full && cp app full && strip app");
    cr_expect_str_eq(told(outer), "?:0");
    run("cp full/app app && strip --strip-debug app");
    cr_expect_str_eq(told(outer), "outer:0");
    cr_expect_eq(entries(), 0);
    setenv("TIMERLEAK_BINARY_PATH", "full", 1);
    cr_expect_str_eq(told(outer), "outer:5");
    cr_expect_eq(entries(), 1);
    unsetenv("TIMERLEAK_BINARY_PATH");
    cr_expect_str_eq(told(outer), "outer:5");
}

Test(cache, another_file_is_another_entry)
{
    uint64_t outer = address_of("outer");
    told(outer);
    run("sed -i 's/outer/other/' program.c && cc -g -O2 -Wl,--build-id=0xabcd1300 -o app "
        "program.c");
    cr_expect_str_eq(told(outer), "outer:5", "the file that was recorded");
    cr_expect_str_eq(told(outer + 1), "?:0");
    run("cc -g -O2 -Wl,--build-id=none -o app program.c");
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *nameless = symbols_file(symbols, "app", NULL, 0, UINT64_MAX);
    cr_expect_gt(symbols_look_up(nameless, address_of("other"))->count, 0);
    symbols_free(symbols);
    cr_expect_eq(entries(), 1, "without a build-id it could be any file");
}

Test(cache, what_two_reports_find_at_once_is_kept_together)
{
    uint64_t outer = address_of("outer"), deep = address_of("deep");
    struct symbols *one = symbols_new(strings), *two = symbols_new(strings);
    symbols_look_up(app(one), outer);
    symbols_look_up(app(two), deep);
    symbols_free(one);
    symbols_free(two);
    run("rm app");
    cr_expect_str_eq(told(outer), "outer:5");
    cr_expect_str_eq(told(deep), "deep:2");
}

/* Whatever they overwrite of each other, an entry is never a part of one. */
Test(cache, many_processes_write_it_at_once)
{
    uint64_t outer = address_of("outer");
    enum { PROCESSES = 8, REPORTS = 25 };
    told(outer);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() > 0)
            continue;
        for (int j = 0; j < REPORTS; j++) {
            told(outer + (uint64_t)(i * REPORTS + j));
            struct portable *portable = cache_read(build_id, sizeof(build_id), strings);
            if (!portable)
                _exit(1);
            portable_free(portable);
        }
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        cr_assert_gt(wait(&status), 0);
        cr_expect_eq(status, 0, "an entry could not be read");
    }
    cr_expect_eq(entries(), 1, "nothing is left of it but the entry");
    run("rm app");
    cr_expect_str_eq(told(outer), "outer:5");
}

static void expect_dropped(const char *damage)
{
    uint64_t outer = address_of("outer");
    run("rm -rf cache");
    told(outer);
    run(damage);
    cr_expect_str_eq(told(outer), "outer:5", "%s", damage);
    run("mv app away");
    cr_expect_str_eq(told(outer), "outer:5", "it is mended after: %s", damage);
    run("mv away app");
}

Test(cache, damaged_entries_are_dropped)
{
    expect_dropped("truncate -s -20 cache/*");
    expect_dropped("truncate -s 0 cache/*");
    expect_dropped("truncate -s 17000000 cache/*");
    expect_dropped("sed -i s/abcd12/abcd13/ cache/*");
    expect_dropped("sed -i 's/\"outer\"/7/' cache/*");
    expect_dropped("sed -i 's/symbols.1/symbols\\/2/' cache/*");
    expect_dropped("head -c 9999 /dev/urandom >$(ls cache/*)");
    expect_dropped("name=$(ls cache/*) && rm $name && mkfifo $name");
    expect_dropped("name=$(ls cache/*) && echo kept >other && ln -sf ../other $name");
    run("grep -qx kept other");
}

Test(cache, entries_that_grow_too_large_are_begun_anew)
{
    struct portable *portable = portable_new(strings);
    struct portable_module *module = portable_module(portable, "app", build_id, sizeof(build_id));
    const struct symbol_list none = {0};
    told(address_of("outer"));
    for (uint64_t i = 0; i < 1500000; i++)
        portable_add(module, UINT64_MAX / 2 + i, &none);
    cache_write(portable, build_id, sizeof(build_id));
    portable_free(portable);
    cr_expect_eq(entries(), 0);
}

/* Anybody could have put names there. */
Test(cache, a_directory_that_others_may_write_is_not_used)
{
    uint64_t outer = address_of("outer");
    told(outer);
    run("chmod g+w cache && mv app away");
    cr_expect_str_eq(told(outer), "?:0");
    run("chmod 702 cache");
    cr_expect_str_eq(told(outer), "?:0");
    run("chmod 700 cache");
    cr_expect_str_eq(told(outer), "outer:5");
    if (geteuid() == 0) {
        run("chown 65534 cache");
        cr_expect_str_eq(told(outer), "?:0");
    }
}

Test(cache, where_nothing_can_be_written_all_is_as_without)
{
    uint64_t outer = address_of("outer");
    run("touch cache");
    cr_expect_str_eq(told(outer), "outer:5");
    cache_use("/proc/nowhere/at/all");
    cr_expect_str_eq(told(outer), "outer:5");
}

Test(cache, it_is_the_users_alone)
{
    struct stat status;
    umask(0);
    cache_use("new/cache");
    told(address_of("outer"));
    cr_assert_eq(stat("new/cache", &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0700);
    run("test $(stat -c %a new/cache/*.json) = 600");
}

static void expect_left(uint64_t most, const char *names)
{
    char list[256] = "";
    cache_trim(most);
    FILE *pipe = popen("ls cache | tr '\\n' ' '", "r");
    cr_assert(fgets(list, sizeof(list), pipe));
    pclose(pipe);
    cr_expect_str_eq(list, names);
}

#define ENTRY(id) id ".0123456789abcdef.json"

Test(cache, what_was_not_used_for_longest_goes_first)
{
    run("mkdir cache && cd cache && "
        "head -c 500 /dev/zero >" ENTRY("aa") " && head -c 500 /dev/zero >" ENTRY(
            "bb") " && "
                  "head -c 500 /dev/zero >" ENTRY(
                      "cc") ".Xy12z3 && head -c 9000 /dev/zero >thesis.json && "
                            "touch -d '3 days ago' " ENTRY(
                                "bb") " && touch -d '9 days ago' thesis.json && "
                                      "touch -d '1 day ago' " ENTRY("cc") ".Xy12z3");
    expect_left(1500, ENTRY("aa") " " ENTRY("bb") " " ENTRY("cc") ".Xy12z3 thesis.json ");
    expect_left(1499, ENTRY("aa") " " ENTRY("cc") ".Xy12z3 thesis.json ");
    expect_left(500, ENTRY("aa") " thesis.json ");
    expect_left(0, "thesis.json ");
}

Test(cache, an_entry_that_is_read_is_used)
{
    told(address_of("outer"));
    run("touch -d '9 days ago' cache/*");
    told(address_of("outer"));
    run("test -z \"$(find cache -name '*.json' -mtime +1)\"");
}

static void expect_place(const char *expected)
{
    char directory[PATH_MAX] = "";
    bool found = cache_place(directory);
    cr_expect_eq(found, expected != NULL);
    cr_expect_str_eq(found ? directory : "", expected ? expected : "");
}

Test(cache, its_place)
{
    char home[64], below[64];
    snprintf(home, sizeof(home), "%s", folder);
    snprintf(below, sizeof(below), "%s/.cache/timerleak", folder);
    unsetenv("TIMERLEAK_CACHE");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    expect_place(NULL);
    setenv("HOME", home, 1);
    expect_place(below);
    setenv("XDG_CACHE_HOME", "relative", 1);
    expect_place(below);
    setenv("XDG_CACHE_HOME", "/var/nowhere/x", 1);
    expect_place("/var/nowhere/x/timerleak");
    setenv("TIMERLEAK_CACHE", "some/where", 1);
    expect_place("some/where");
    setenv("TIMERLEAK_CACHE", "off", 1);
    expect_place(NULL);
    setenv("TIMERLEAK_CACHE", "", 1);
    expect_place(NULL);
    if (geteuid() == 0) {
        unsetenv("TIMERLEAK_CACHE");
        unsetenv("XDG_CACHE_HOME");
        cr_assert_eq(chown(folder, 65534, (gid_t)-1), 0);
        expect_place(NULL);
        cr_assert_eq(chown(folder, 0, (gid_t)-1), 0);
    }
}
