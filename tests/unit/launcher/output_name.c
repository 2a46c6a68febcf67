#include "launch/output_name.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(output_name, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

static struct output_name parse(const char *name)
{
    struct output_name output;
    cr_assert(output_name_parse(&output, name));
    return output;
}

static void expect(const char *name, const char *directory, const char *file, const char *fixed)
{
    char expected[4096];
    char *here = getcwd(NULL, 0);
    struct output_name output = parse(name);
    cr_expect_str_eq(output.directory, directory);
    snprintf(expected, sizeof(expected), "%s%s/%s", here, strcmp(directory, "out") ? "" : "/out",
             file);
    cr_expect_str_eq(output.pattern, expected);
    if (fixed != NULL) {
        cr_assert_not_null(output.fixed);
        cr_expect_str_eq(output.fixed, fixed);
    } else {
        cr_expect_null(output.fixed);
    }
    output_name_free(&output);
    free(here);
}

Test(output_name, default_names_program_and_process)
{
    expect(NULL, ".", "%e.%p.tlk", NULL);
}

Test(output_name, plain_name_is_fixed)
{
    expect("x.tlk", ".", "x.tlk", "./x.tlk");
    expect("100%%.tlk", ".", "100%%.tlk", "./100%.tlk");
}

Test(output_name, conversion_leaves_nothing_fixed)
{
    expect("x.%p", ".", "x.%p", NULL);
    expect("%h-%t-%e", ".", "%h-%t-%e", NULL);
}

Test(output_name, directory_is_split_off)
{
    cr_assert_eq(mkdir("out", 0700), 0);
    expect("out/x.tlk", "out", "x.tlk", "out/x.tlk");
    expect("out", "out", "%e.%p.tlk", NULL);
}

Test(output_name, percent_sign_in_directory_is_literal)
{
    cr_assert_eq(mkdir("50%p", 0700), 0);
    cr_assert_eq(chdir("50%p"), 0);
    struct output_name output = parse("x.tlk");
    cr_expect_not_null(strstr(output.pattern, "/50%%p/x.tlk"), "%s", output.pattern);
    output_name_free(&output);
    cr_assert_eq(chdir(".."), 0);
}

static void expect_refused(const char *name, const char *reason)
{
    struct output_name output;
    cr_assert_not_null(freopen("err", "w", stderr));
    cr_expect_not(output_name_parse(&output, name), "%s", name);
    output_name_free(&output);
    fflush(stderr);
    cr_expect_not_null(strstr(fixture_text("err"), reason), "%s", fixture_text("err"));
}

Test(output_name, unknown_conversion_is_refused)
{
    expect_refused("x.%z", "%z means nothing");
    expect_refused("x.%", "means nothing");
}

Test(output_name, empty_name_is_refused)
{
    expect_refused("", "-o needs a name");
}

Test(output_name, missing_directory_is_refused)
{
    expect_refused("no/such/x.tlk", "mkdir -p");
    expect_refused("logs.%p/x.tlk", "% is for the file's name only");
}

Test(output_name, what_has_the_fixed_name_makes_way)
{
    fixture_write("x.tlk", "new", 0600);
    fixture_write("x.tlk.old", "older", 0600);
    struct output_name output = parse("x.tlk");
    cr_expect(output_name_make_way(&output));
    cr_expect_neq(access("x.tlk", F_OK), 0);
    cr_expect_str_eq(fixture_text("x.tlk.old"), "new");
    cr_expect(output_name_make_way(&output), "nothing there is fine as well");
    output_name_free(&output);
}

Test(output_name, device_does_not_make_way)
{
    cr_assert_eq(mkfifo("x.tlk", 0600), 0);
    struct output_name output = parse("x.tlk");
    cr_expect(output_name_make_way(&output));
    cr_expect_eq(access("x.tlk", F_OK), 0);
    output_name_free(&output);
}
