/*
 * timerleak_verify.h in the hands of others: the tests of a repository, red with the stacks, green,
 * and not checked; programs that leave marks in their recordings; compilers that are strict.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "repository.h"
#include "subject.h"

static char *header_directory(void)
{
    return realpath("preload/verify", NULL);
}

/* ---- tests of a repository ---- */

static struct repository tests_make(void)
{
    struct repository repository = repository_make();
    /* By this a test of Criterion would take itself for a child of this one. */
    unsetenv("BXFI_MAP");
    char *headers = header_directory();
    char *build = text_make("cc -g -O1 -I'%s' -o tests tests.c net.c $(pkg-config --cflags --libs "
                            "criterion)",
                            headers);

    expect_run(&repository, build, 0);
    free(headers);
    free(build);
    return repository;
}

#define RECORDED "timerleak record -o %%e.%%p.tlk "
#define ONE "./tests --filter 'net/%s' 2>&1"

/* Runs one test by a line of the shell that ends with it; it must pass or fail, and say the part.
 */
static void expect_test(const struct repository *repository, char *line, int code, const char *part)
{
    struct outcome outcome = run_in(repository, line);

    cr_expect_eq(outcome_code(&outcome), code, "%s ends with %d:\n%s%s", line,
                 outcome_code(&outcome), outcome.out, outcome.err);
    expect_part(outcome.out, part);
    outcome_forget(&outcome);
    free(line);
}

Test(verify_header, a_test_that_leaves_nothing_is_green, .timeout = 120)
{
    struct repository repository = tests_make();

    expect_test(&repository, text_make(RECORDED ONE, "reconnect_releases"), 0, "no timers left\n");
    expect_test(&repository, text_make(RECORDED ONE, "reconnect_releases_for_sure"), 0,
                "Failing: 0");
    repository_forget(&repository);
}

Test(verify_header, a_test_that_forgets_one_is_red_and_names_the_lines, .timeout = 120)
{
    struct repository repository = tests_make();
    struct outcome outcome;
    char *line = text_make(RECORDED ONE, "upload_forgets");

    outcome = run_in(&repository, line);
    cr_expect_eq(outcome_code(&outcome), 1);
    expect_part(outcome.out, "1 timer is left:");
    expect_part(outcome.out, "never-fired, fd ");
    expect_part(outcome.out, "net.c:12");
    expect_part(outcome.out, "net_upload ");
    expect_part(outcome.out, "tests.c:24");
    cr_expect_null(strstr(outcome.out, "net_reconnect"), "that one released its own:\n%s",
                   outcome.out);
    outcome_forget(&outcome);
    free(line);
    repository_forget(&repository);
}

Test(verify_header, rules_and_blocks_make_it_green, .timeout = 120)
{
    struct repository repository = tests_make();

    expect_test(&repository, text_make(RECORDED ONE, "upload_forgets_as_everybody_knows"), 0,
                "net_reconnect");
    expect_test(&repository, text_make(RECORDED ONE, "upload_is_ignored"), 0, "Failing: 0");
    repository_forget(&repository);
}

Test(verify_header, not_preloaded_it_passes_and_says_so, .timeout = 120)
{
    struct repository repository = tests_make();

    expect_test(&repository, text_make(ONE, "upload_forgets"), 0, "Failing: 0");
    expect_test(&repository, text_make(ONE, "reconnect_releases"), 0,
                "not checked: timerleak is not preloaded; run the tests by: timerleak record "
                "./tests\n");
    expect_test(&repository, text_make(ONE, "reconnect_releases_for_sure"), 1, "not preloaded");
    repository_forget(&repository);
}

Test(verify_header, asleep_it_says_so, .timeout = 120)
{
    struct repository repository = tests_make();

    expect_test(&repository, text_make("TIMERLEAK_ENABLED=0 " RECORDED ONE, "reconnect_releases"),
                0, "not checked: timerleak is asleep");
    expect_test(&repository,
                text_make("TIMERLEAK_ENABLED=0 " RECORDED ONE, "reconnect_releases_for_sure"), 1,
                "asleep");
    repository_forget(&repository);
}

Test(verify_header, families_that_nobody_watches_are_told, .timeout = 120)
{
    struct repository repository = tests_make();

    expect_test(&repository,
                text_make("TIMERLEAK_FAMILIES=posix " RECORDED ONE, "reconnect_releases"), 0,
                "not checked: timerleak was told to record some families alone");
    repository_forget(&repository);
}

Test(verify_header, a_process_that_is_not_recorded_says_so, .timeout = 120)
{
    struct repository repository = tests_make();
    char *shim = built("libtimerleak.so");

    expect_test(&repository,
                text_make("TIMERLEAK_ONLY_PID=-1 LD_PRELOAD='%s' " ONE, shim, "reconnect_releases"),
                0, "not checked: timerleak is preloaded, but does not record this process");
    free(shim);
    repository_forget(&repository);
}

/* ---- marks of programs ---- */

/* The output of a command of timerleak on the only recording there, which the caller frees. */
static char *seen(const char *command, const char *file)
{
    char *timerleak = built("timerleak");
    char *output = output_of(text_make("'%s' %s %s", timerleak, command, file));

    free(timerleak);
    return output;
}

static void run_annotated(const char *program, const char *argument, const char *directory)
{
    struct running running = start_preloaded(program, argument, NULL, directory, NULL);
    struct outcome outcome = command_finish(&running);

    cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", program, outcome.err);
    outcome_forget(&outcome);
}

Test(verify_header, owners_stand_beside_their_timers)
{
    char *directory = directory_make(), *timers, *left;

    run_annotated("annotated_tags", NULL, directory);
    timers = seen("timers", directory);
    expect_part(timers, "NAME");
    expect_part(timers, " upstream ");
    expect_part(timers, " statistics ");
    cr_expect_null(strstr(timers, "downstream"), "its timers are gone");
    left = text_make("'%s' left 0 '%s'; [ $? = 1 ]", built("timerleak"), directory);
    left = output_of(left);
    expect_part(left, "4 timers are left:");
    expect_part(left, "of \"statistics\"");
    expect_part(left, "of \"upstream\"");
    free(timers);
    free(left);
    directory_remove(directory);
}

Test(verify_header, a_snapshot_shows_what_was_then)
{
    char *directory = directory_make(), *path = text_make("%s/then.tlk", directory), *report,
         *timers;

    run_annotated("annotated_snapshot", path, directory);
    report = seen("report", path);
    expect_part(report, "still running then");
    expect_part(report, "50 created, 0 released, 50 live");
    timers = seen("timers", path);
    expect_part(timers, " busy ");
    free(report);
    free(timers);
    report = seen("report 2>&1", directory);
    expect_part(report, "1 recording is of a process that another one shows");
    free(report);
    free(path);
    directory_remove(directory);
}

Test(verify_header, what_was_ignored_is_counted)
{
    char *directory = directory_make(), *error = NULL, *path, *listed;
    json_t *report;

    run_annotated("annotated_cxx", NULL, directory);
    listed = output_of(text_make("ls '%s'/*.tlk", directory));
    path = text_make("%.*s", (int)strcspn(listed, "\n"), listed);
    report = report_read(path, &error);
    cr_assert(report, "%s", error);
    cr_expect_eq(number_of(json_object_get(report, "process"), "ignored"), 20);
    json_decref(report);
    free(listed);
    free(path);
    directory_remove(directory);
}

/* ---- compilers ---- */

/* What a user's file may hold: every name of the header, each once. */
static const char user[] = "#include <timerleak_verify.h>\n"
                           "int main(void)\n"
                           "{\n"
                           "    struct timerleak_rules rules = {\"main\", -1};\n"
                           "    struct timerleak_mark mark = timerleak_mark_now();\n"
                           "    timerleak_ignore_begin();\n"
                           "    timerleak_ignore_end();\n"
                           "    timerleak_tag_timerfd(0, \"owner\");\n"
                           "    timerleak_tag_timer((void *)0, \"owner\");\n"
                           "    if (timerleak_snapshot(\"/nowhere\") != -ENOSYS)\n"
                           "        return 1;\n"
                           "    return !timerleak_none_left(&mark, &rules);\n"
                           "}\n";

static void expect_compiled(const char *compiler, const char *language, const char *ending)
{
    char *directory = directory_make(), *headers = header_directory();
    char *path = text_make("%s/user.%s", directory, ending);
    FILE *file = fopen(path, "we");

    need(compiler);
    fputs(user, file);
    fclose(file);
    free(output_of(text_make("'%s' %s -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror "
                             "-I'%s' -o '%s/user' '%s' -ldl 2>&1 && '%s/user'",
                             compiler, language, headers, directory, path, directory)));
    free(output_of(text_make("echo '#include <timerleak_verify.h>' | '%s' -x %s %s -pedantic -Wall "
                             "-Wextra -Wshadow -Werror -I'%s' -fsyntax-only - 2>&1",
                             compiler, strcmp(ending, "c") ? "c++" : "c", language, headers)));
    free(headers);
    free(path);
    directory_remove(directory);
}

Test(verify_header, strict_c_of_gcc)
{
    expect_compiled("gcc", "-std=c99 -Wstrict-prototypes -Wmissing-prototypes", "c");
    expect_compiled("gcc", "-std=c17", "c");
}

Test(verify_header, strict_c_of_clang)
{
    expect_compiled("clang", "-std=c99 -Wstrict-prototypes -Wmissing-prototypes", "c");
}

Test(verify_header, strict_cxx_of_gcc)
{
    expect_compiled("g++", "-std=c++11", "cc");
    expect_compiled("g++", "-std=c++20", "cc");
}

Test(verify_header, strict_cxx_of_clang)
{
    expect_compiled("clang++", "-std=c++11", "cc");
}
