#include "launch/objects.h"
#include "launch/preloading.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(preloading, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

static void expect(const char *existing, const char *sanitizer, const char *value)
{
    char *made = preloading_value(existing, "/lib/shim.so", 0, sanitizer);
    cr_expect_str_eq(made, value);
    free(made);
}

Test(preloading, shim_alone)
{
    expect(NULL, NULL, "/lib/shim.so");
    expect("", "", "/lib/shim.so");
}

Test(preloading, existing_value_is_kept_and_first)
{
    expect("/lib/a.so", NULL, "/lib/a.so:/lib/shim.so");
    expect("/lib/a.so b.so", NULL, "/lib/a.so b.so:/lib/shim.so");
}

Test(preloading, shim_is_not_added_twice)
{
    expect("/lib/a.so:/lib/shim.so", NULL, "/lib/a.so:/lib/shim.so");
    expect("/lib/shim.so.1", NULL, "/lib/shim.so.1:/lib/shim.so");
}

Test(preloading, objects_beside_the_shim_come_after_it)
{
    char *value = preloading_value("/lib/a.so", "/lib/shim.so", OBJECT_BIT(0) | OBJECT_BIT(3), "");
    cr_expect_str_eq(value,
                     "/lib/a.so:/lib/shim.so:/lib/libtimerleak-uv.so:/lib/libtimerleak-glib.so");
    char *again = preloading_value(value, "/lib/shim.so", OBJECT_BIT(0), NULL);
    cr_expect_str_eq(again, value, "a run within a recorded run");
    free(again);
    free(value);
}

Test(preloading, sanitizer_comes_before_all)
{
    expect("/lib/a.so", "libasan.so.8", "libasan.so.8:/lib/a.so:/lib/shim.so");
    expect("libasan.so.8:/lib/a.so", "libasan.so.8", "libasan.so.8:/lib/a.so:/lib/shim.so");
}

Test(preloading, shim_is_where_the_environment_says)
{
    char path[PATH_MAX], expected[PATH_MAX];
    fixture_write("shim.so", "", 0600);
    cr_assert_not_null(realpath("shim.so", expected));
    setenv("TIMERLEAK_SHIM", expected, 1);
    cr_expect(preloading_shim(path));
    cr_expect_str_eq(path, expected);
    setenv("TIMERLEAK_SHIM", "/no/such/shim.so", 1);
    cr_expect_not(preloading_shim(path));
    setenv("TIMERLEAK_SHIM", "shim.so", 1);
    cr_expect_not(preloading_shim(path), "the program may start in another directory");
}

Test(preloading, path_that_the_loader_cuts_is_refused)
{
    char path[PATH_MAX], named[PATH_MAX];
    fixture_write("the shim.so", "", 0600);
    cr_assert_not_null(realpath("the shim.so", named));
    setenv("TIMERLEAK_SHIM", named, 1);
    cr_assert_not_null(freopen("err", "w", stderr));
    cr_expect_not(preloading_shim(path));
    fflush(stderr);
    cr_expect_not_null(strstr(fixture_text("err"), "ln -s"));
}
