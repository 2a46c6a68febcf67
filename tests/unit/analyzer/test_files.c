/* Recordings by the names that a command line has for them. */
#include "cli/files.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/timerleak-files-XXXXXX";
static char found[256];

static void make(const char *name)
{
    FILE *file = fopen(name, "w");
    cr_assert(file, "%s", name);
    fclose(file);
}

static void setup(void)
{
    cr_assert(mkdtemp(folder) && chdir(folder) == 0 && mkdir("more", 0700) == 0);
    make("a.tlk");
    make("b.tlk.gz");
    make("c.txt");
    make("more/d.tlk");
}

static void teardown(void)
{
    char line[64];
    snprintf(line, sizeof(line), "rm -r %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(files, .init = setup, .fini = teardown);

static void note(const char *file, void *context)
{
    size_t used = strlen(found);
    (void)context;
    snprintf(found + used, sizeof(found) - used, "%s ", file);
}

static bool each(const char *const paths[], size_t count)
{
    *found = '\0';
    return files_each(paths, count, note, NULL);
}

#define EACH(...)                                                                                  \
    each((const char *const[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

Test(files, of_folders_and_alone)
{
    cr_expect(EACH("more", "."));
    cr_expect_str_eq(found, "more/d.tlk ./a.tlk ./b.tlk.gz ");
    cr_expect(EACH("c.txt", "missing.tlk"));
    cr_expect_str_eq(found, "c.txt missing.tlk ");
}

Test(files, named_twice)
{
    cr_expect(EACH("a.tlk", "./a.tlk", "more/d.tlk", "more/../a.tlk"));
    cr_expect_str_eq(found, "a.tlk more/d.tlk ");
    cr_expect(EACH(".", "more", ".", "a.tlk", "more/d.tlk"));
    cr_expect_str_eq(found, "./a.tlk ./b.tlk.gz more/d.tlk ");
    cr_expect(EACH("b.tlk.gz", "."), "what comes first is what it is called");
    cr_expect_str_eq(found, "b.tlk.gz ./a.tlk ");
}

Test(files, linked)
{
    cr_assert(symlink("../a.tlk", "more/e.tlk") == 0 && link("a.tlk", "more/f.tlk") == 0);
    cr_expect(EACH("more"));
    cr_expect_str_eq(found, "more/d.tlk more/e.tlk ");
    cr_expect(EACH("more/f.tlk", "a.tlk"));
    cr_expect_str_eq(found, "more/f.tlk ");
}

/* One call has nothing to do with another: a base may be what is compared with it. */
Test(files, in_another_call)
{
    cr_expect(EACH("a.tlk"));
    cr_expect(EACH("a.tlk"));
    cr_expect_str_eq(found, "a.tlk ");
}

Test(files, folder_without_any)
{
    cr_redirect_stderr();
    cr_assert_eq(mkdir("empty", 0700), 0);
    cr_expect_not(EACH("empty", "a.tlk"));
    cr_expect_str_eq(found, "a.tlk ");
    cr_expect_stderr_eq_str("timerleak: empty: there are no recordings (*.tlk) in it\n");
}
