/* Where a finding is in the source under review, wherever that was compiled. */
#include "gated.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root[] = "/tmp/timerleak-root-XXXXXX";
static struct repository repository;

static void make_root(void)
{
    char path[64];
    cr_assert_not_null(mkdtemp(root));
    snprintf(path, sizeof(path), "%s/net.c", root);
    fclose(fopen(path, "w"));
    cr_assert(repository_open(&repository, root));
}

static void remove_root(void)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/net.c", root);
    unlink(path);
    rmdir(root);
    repository_close(&repository);
}

static const char *path_of(const char *file, const char *short_file)
{
    const struct stack_frame frame = {.name = "f", .file = file, .short_file = short_file};
    return repository_path(&repository, &frame);
}

TestSuite(repository, .init = make_root, .fini = remove_root);

Test(repository, what_is_below_the_root_is_inside)
{
    char file[64];
    snprintf(file, sizeof(file), "%s/a/b.c", root);
    cr_expect_str_eq(path_of(file, NULL), "a/b.c");
    snprintf(file, sizeof(file), "%s-other/b.c", root);
    cr_expect_null(path_of(file, NULL));
    cr_expect_null(path_of("/usr/include/x.h", NULL));
    cr_expect_null(path_of(NULL, NULL));
}

Test(repository, what_was_compiled_elsewhere_is_inside_if_it_is_there)
{
    cr_expect_str_eq(path_of("/build/net.c", "net.c"), "net.c");
    cr_expect_str_eq(path_of("net.c", "net.c"), "net.c");
    cr_expect_null(path_of("/build/gone.c", "gone.c"));
    cr_expect_null(path_of("/build/net.c", "../net.c"));
}

Test(repository, a_link_names_it_too)
{
    char link[64], file[80];
    struct repository linked;
    snprintf(link, sizeof(link), "%s-link", root);
    cr_assert_eq(symlink(root, link), 0);
    cr_assert(repository_open(&linked, link));
    snprintf(file, sizeof(file), "%s/net.c", link);
    const struct stack_frame by_link = {.name = "f", .file = file};
    cr_expect_str_eq(repository_path(&linked, &by_link), "net.c");
    snprintf(file, sizeof(file), "%s/net.c", root);
    cr_expect_str_eq(repository_path(&linked, &by_link), "net.c");
    repository_close(&linked);
    unlink(link);
}

Test(repository, must_be_there)
{
    struct repository none;
    cr_expect_not(repository_open(&none, "/nowhere"));
    cr_expect_eq(errno, ENOENT);
}
