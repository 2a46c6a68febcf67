/* Paths as they stand in debug information: cleaned, trimmed, and found. */
#include "base/paths.h"
#include "views/source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_clean(const char *path, const char *clean)
{
    char text[100];
    snprintf(text, sizeof(text), "%s", path);
    path_clean(text);
    cr_expect_str_eq(text, clean, "%s became %s", path, text);
}

Test(paths, clean)
{
    expect_clean("/a/b.c", "/a/b.c");
    expect_clean("//a/./b//c/", "/a/b/c");
    expect_clean("/a/../b", "/b");
    expect_clean("/../a", "/a");
    expect_clean("a/b/../../c", "c");
    expect_clean("../../a/..", "../..");
    expect_clean("a/..", ".");
    expect_clean("", ".");
    expect_clean("/", "/");
    expect_clean("csu/../sysdeps/start.S", "sysdeps/start.S");
}

Test(paths, trimmed_by_prefix)
{
    cr_expect_str_eq(path_trim("/build/x/src/a.c", "/build/x", NULL), "src/a.c");
    cr_expect_str_eq(path_trim("/build/x/src/a.c", "/other:/build/", NULL), "x/src/a.c");
    cr_expect_str_eq(path_trim("/builder/a.c", "/build", NULL), "/builder/a.c");
    cr_expect_str_eq(path_trim("/proc/self/cwd/a.c", NULL, NULL), "a.c");
    cr_expect_str_eq(path_trim("/a/me/b.c", "/x", "/home/me"), "/a/me/b.c");
}

Test(paths, trimmed_by_a_directorys_name)
{
    cr_expect_str_eq(path_trim("/ci/42/project/src/a.c", NULL, "/home/me/project"), "src/a.c");
    cr_expect_str_eq(path_trim("/ci/a.c", NULL, "/home/me/project"), "/ci/a.c");
    cr_expect_str_eq(path_trim("/ci/me/a.c", "", "/x:/home/me/"), "a.c");
    cr_expect_str_eq(path_trim("/ci/a.c", NULL, "/"), "/ci/a.c");
}

static char folder[] = "/tmp/timerleak-source-XXXXXX";
static char file[100];

static void make_source(void)
{
    cr_assert(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/a.c", folder);
    FILE *to = fopen(file, "w");
    fputs("one\ntwo\r\n\nfour", to);
    fclose(to);
}

static void remove_source(void)
{
    unlink(file);
    rmdir(folder);
}

TestSuite(source, .init = make_source, .fini = remove_source);

static void expect_found(const char *path, const char *source_path, const char *trim_path)
{
    char error[SOURCE_ERROR_SIZE];
    struct source *source = source_read(path, source_path, trim_path, error);
    cr_assert(source, "%s", error);
    cr_expect_str_eq(source_line(source, 1), "one");
    source_free(source);
}

Test(source, lines)
{
    char error[SOURCE_ERROR_SIZE];
    struct source *source = source_read(file, NULL, NULL, error);
    cr_assert(source, "%s", error);
    cr_expect_eq(source->count, 4);
    cr_expect_str_eq(source_line(source, 2), "two");
    cr_expect_str_eq(source_line(source, 3), "");
    cr_expect_str_eq(source_line(source, 4), "four");
    cr_expect_null(source_line(source, 0));
    cr_expect_null(source_line(source, 5));
    source_free(source);
}

Test(source, is_looked_for)
{
    char below[120];
    snprintf(below, sizeof(below), "/nowhere:%s/deep/er", folder);
    expect_found("a.c", folder, NULL);
    expect_found("a.c", below, NULL);
    expect_found("/build/a.c", folder, "/build");
}

Test(source, is_missing)
{
    char error[SOURCE_ERROR_SIZE];
    cr_expect_null(source_read("/nowhere/b.c", NULL, NULL, error));
    cr_expect_str_eq(error, "open /nowhere/b.c: no such file or directory");
    cr_expect_null(source_read("b.c", folder, NULL, error));
    cr_expect(strstr(error, "could not find file b.c on path /tmp"), "%s", error);
    cr_expect_null(source_read(folder, NULL, NULL, error), "a folder is no source");
}
