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

static const struct source_paths nowhere, in_folder = {.source_path = folder};

static void expect_found(const char *path, const char *source_path, const char *trim_path)
{
    char error[ERROR_SIZE];
    const struct source_paths paths = {source_path, trim_path, NULL};
    struct source *source = source_read(path, NULL, &paths, error);
    cr_assert(source, "%s", error);
    cr_expect_str_eq(source_line(source, 1), "one");
    source_free(source);
}

Test(source, lines)
{
    char error[ERROR_SIZE];
    struct source *source = source_read(file, folder, &nowhere, error);
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
    expect_found("a.c", folder, NULL);
    expect_found("/build/a.c", folder, "/build");
}

Test(source, is_missing)
{
    char error[ERROR_SIZE];
    cr_expect_null(source_read("/nowhere/b.c", NULL, &nowhere, error));
    cr_expect_str_eq(error, "open /nowhere/b.c: no such file or directory");
    cr_expect_null(source_read("b.c", NULL, &in_folder, error));
    cr_expect(strstr(error, "could not find file b.c on path /tmp"), "%s", error);
    cr_expect_null(source_read(folder, NULL, &nowhere, error), "a folder is no source");
}

static void expect_refused(const char *path, const char *compiled_in,
                           const struct source_paths *paths, const char *why)
{
    char error[ERROR_SIZE] = "";
    cr_expect_null(source_read(path, compiled_in, paths, error), "%s is shown", path);
    cr_expect(strstr(error, why), "%s: %s", path, error);
}

static char *in_folder_of(const char *name)
{
    static char path[120];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

Test(source, links_are_followed_before_it_is_judged)
{
    char *link = in_folder_of("link.c");
    cr_assert_eq(symlink("/etc/passwd", link), 0);
    expect_refused(link, folder, &nowhere, "it lies outside");
    expect_refused("link.c", NULL, &in_folder, "it lies outside");
    expect_refused(link, "/", &nowhere, "it lies outside");
    expect_refused(link, "/etc", &nowhere, "by its name it is no source");
    unlink(link);
}

Test(source, what_lies_elsewhere_is_not_shown)
{
    expect_refused(file, NULL, &nowhere, "it lies outside");
    expect_refused(file, "/", &nowhere, "it lies outside");
    expect_refused("etc/passwd", NULL, &in_folder, "it lies outside");
}

Test(source, what_is_no_regular_file_is_not_waited_for, .timeout = 20)
{
    char *fifo = in_folder_of("fifo.c");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    expect_refused(fifo, folder, &in_folder, "it is not a regular file");
    unlink(fifo);
    cr_assert_eq(symlink("/proc/version", fifo), 0);
    expect_refused(fifo, folder, &(struct source_paths){.source_path = "/proc"}, "kernel's");
    unlink(fifo);
    cr_assert_eq(symlink("/dev/zero", fifo), 0);
    expect_refused(fifo, folder, &(struct source_paths){.source_path = "/dev"},
                   "not a regular file");
    unlink(fifo);
}

Test(source, of_a_repository_is_shown_if_it_is_no_strangers)
{
    char git[120], deep[120], error[ERROR_SIZE];
    snprintf(git, sizeof(git), "%s/.git", folder);
    snprintf(deep, sizeof(deep), "%s/deep", folder);
    cr_assert(mkdir(deep, 0700) == 0 && mkdir(git, 0700) == 0);
    struct source *source = source_read(file, deep, &nowhere, error);
    cr_expect(source, "%s", error);
    if (source)
        source_free(source);
    rmdir(git);
    cr_assert_eq(symlink("/tmp", git), 0);
    expect_refused(file, deep, &nowhere, "it lies outside");
    unlink(git);
    rmdir(deep);
}
