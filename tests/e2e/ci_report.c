/* scripts/ci-report: what a job is told, what it keeps, and how it ends. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "recordings.h"
#include "repository.h"
#include "subject.h"

/* ---- what it writes ---- */

static const char *result_of(const json_t *report)
{
    return text_of(json_object_get(report, "check"), "result");
}

/* One site fails, and this is the function that called what made the timer; NULL: none fails. */
static void expect_check(const struct repository *repository, const char *leak)
{
    json_t *report = json_of(repository, "timerleak-report/check.json"), *site;
    size_t i, failing = 0;

    cr_expect_str_eq(result_of(report), leak ? "fails" : "passes");
    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        if (strcmp(text_of(site, "outcome"), "fails") != 0)
            continue;
        cr_expect(leak && strcmp(text_of(frame_of(site, 2), "function"), leak) == 0);
        failing++;
    }
    cr_expect_eq(failing, leak ? 1 : 0);
    json_decref(report);
}

static void expect_artifacts(const struct repository *repository)
{
    json_decref(json_of(repository, "timerleak-report/leaks.sarif"));
    json_decref(json_of(repository, "timerleak-report/leaks.gitlab.json"));
    expect_text(repository, "timerleak-report/leaks.junit.xml", "</testsuites>");
    expect_text(repository, "timerleak-report/summary.md", "timerleak check: ");
    expect_text(repository, "timerleak-report/report.txt", "timers: ");
    expect_text(repository, "timerleak-report/check.txt", " known, ");
    expect_text(repository, "timerleak-report/report.html", "</html>");
    expect_run(repository, "gunzip -t < timerleak-report/profile.pb.gz", 0);
    expect_run(repository, "timerleak report timerleak-report/recordings", 0);
}

Test(ci_report, red_then_known_then_red_with_a_second_leak, .timeout = 120)
{
    struct repository repository = repository_make();

    expect_run(&repository, "timerleak-ci-report ./server", 0);
    expect_artifacts(&repository);
    expect_check(&repository, NULL);

    expect_run(&repository, "timerleak-ci-report ./server reconnect", 1);
    expect_artifacts(&repository);
    expect_check(&repository, "net_reconnect");
    expect_text(&repository, "timerleak-report/suppressions.txt", ":^net_reconnect$");

    expect_run(&repository,
               "timerleak-ci-report --baseline known.json --update-baseline ./server reconnect", 0);
    expect_run(&repository, "timerleak-ci-report --baseline=known.json ./server reconnect", 0);
    expect_check(&repository, NULL);

    expect_run(&repository,
               "timerleak-ci-report --baseline known.json -- ./server reconnect upload", 1);
    expect_check(&repository, "net_upload");
    expect_run(&repository,
               "cp timerleak-report/suppressions.txt rules && timerleak-ci-report "
               "--baseline known.json --suppressions rules ./server reconnect upload",
               0);
    expect_artifacts(&repository);
    repository_forget(&repository);
}

/* ---- how it ends ---- */

Test(ci_report, a_failing_command_goes_first, .timeout = 120)
{
    struct repository repository = repository_make();
    struct outcome outcome =
        run_in(&repository, "timerleak-ci-report sh -c './server upload; exit 5'");

    cr_expect_eq(outcome_code(&outcome), 5);
    expect_part(outcome.out, "LEAK ");
    expect_part(outcome.out, "sh failed: exit status 5\n");
    outcome_forget(&outcome);
    expect_check(&repository, "net_upload");
    expect_run(&repository, "timerleak-ci-report sh -c './server; exit 5'", 5);
    expect_run(&repository, "timerleak-ci-report sh -c './server; kill -KILL $$'", 137);
    expect_run(&repository, "timerleak-ci-report ./missing", 127);
    repository_forget(&repository);
}

Test(ci_report, without_data_it_is_never_green, .timeout = 120)
{
    struct repository repository = repository_make();

    expect_run(&repository, "timerleak-ci-report true", 3);
    expect_text(&repository, "timerleak-report/check.txt", "no timer was created");
    expect_text(&repository, "timerleak-report/leaks.junit.xml", "errors=\"1\"");
    expect_run(&repository, "timerleak-ci-report --allow-empty true", 0);
    expect_run(&repository, "timerleak-ci-report env -i ./server reconnect", 3);
    repository_forget(&repository);
}

Test(ci_report, github_is_told, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_run(&repository,
               "echo before > summary; export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary; "
               "timerleak-ci-report ./server reconnect > printed",
               1);
    expect_text(&repository, "printed", "\n::error file=net.c,line=");
    expect_text(&repository, "summary", "before\n### timerleak check: fails\n");
    expect_run(&repository, "GITHUB_ACTIONS=false timerleak-ci-report ./server reconnect > printed",
               1);
    expect_run(&repository, "grep -q '^::error' printed", 1);
    repository_forget(&repository);
}

/* ---- the directory ---- */

Test(ci_report, an_earlier_run_is_not_mixed_in, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_run(&repository, "timerleak-ci-report -o out/ci ./server reconnect", 1);
    expect_run(&repository, "timerleak-ci-report -o out/ci ./server", 0);
    expect_run(&repository, "timerleak-ci-report -o out/ci true", 3);
    expect_run(&repository, "ls out/ci/report.txt && [ $(ls out/ci/recordings | wc -l) = 1 ]", 0);
    expect_run(&repository, "timerleak-ci-report -o out/ci ./missing", 127);
    expect_run(&repository, "[ ! -e out/ci/report.html ]", 0);
    repository_forget(&repository);
}

Test(ci_report, files_of_others_are_left_alone, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_run(&repository, "mkdir mine && echo mine > mine/report.html", 0);
    expect_complaint(&repository, "timerleak-ci-report -o mine ./server", 2, "mine has files in");
    expect_complaint(&repository, "timerleak-ci-report -o . ./server", 2, "-o");
    expect_text(&repository, "mine/report.html", "mine\n");
    expect_run(&repository, "timerleak-ci-report ./server && echo > timerleak-report/recordings/a",
               0);
    expect_complaint(&repository, "timerleak-ci-report ./server", 2, "not empty");
    expect_run(&repository,
               "rm timerleak-report/recordings/a; echo > timerleak-report/a; "
               "timerleak-ci-report ./server && cat timerleak-report/a",
               0);
    repository_forget(&repository);
}

/* ---- the command line ---- */

Test(ci_report, wrong_command_lines_run_nothing, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_complaint(&repository, "timerleak-ci-report", 2, "which command");
    expect_complaint(&repository, "timerleak-ci-report --baseline", 2, "needs a value");
    expect_complaint(&repository, "timerleak-ci-report --grace=soon touch ran", 2, "\"soon\"");
    expect_complaint(&repository, "timerleak-ci-report --baselin=x touch ran", 2,
                     "did you mean --baseline?");
    expect_complaint(&repository, "timerleak-ci-report --baseline none touch ran", 2,
                     "--update-baseline makes it");
    expect_complaint(&repository, "timerleak-ci-report --sarif=x touch ran", 2, "always written");
    expect_run(&repository, "[ ! -e ran ] && [ ! -e timerleak-report ]", 0);
    expect_run(&repository, "timerleak-ci-report --help | grep -q '^usage: timerleak-ci-report'",
               0);
    repository_forget(&repository);
}

/* ---- programs that wind down ---- */

/*
 * A child of tests/sample/drain.c outlives what is recorded, and does what is written into the FIFO
 * "orders": here when check has failed for the first time.
 */
#define ORDER_AFTER_RED                                                                            \
    "cc -g -o drain drain.c && mkfifo orders && rm '%s/timerleak' && cat > '%s/timerleak' "        \
    "<<'END' && chmod +x '%s/timerleak'\n"                                                         \
    "#!/bin/sh\n"                                                                                  \
    "'%s' \"$@\"\n"                                                                                \
    "status=$?\n"                                                                                  \
    "[ \"$1 $status\" = 'check 1' ] && mkdir told 2>/dev/null && echo %s > orders\n"               \
    "exit $status\n"                                                                               \
    "END\n"

static struct repository repository_make_draining(const char *order)
{
    struct repository repository = repository_make();
    char *timerleak = built("timerleak"), *bin = repository.bin;
    char *line = text_make(ORDER_AFTER_RED, bin, bin, bin, timerleak, order);

    expect_run(&repository, line, 0);
    free(line);
    free(timerleak);
    return repository;
}

/* What is live and has not fired fails: no verdict that depends on when it is given. */
#define DRAIN "timerleak-ci-report --fail-on never-fired --grace %d ./drain orders"

static void expect_drain(const struct repository *repository, int grace, int code)
{
    char *line = text_make(DRAIN "; status=$?; echo end > orders; exit $status", grace);

    expect_run(repository, line, code);
    free(line);
}

Test(ci_report, timers_may_be_released_within_the_grace, .timeout = 120)
{
    struct repository repository = repository_make_draining("release");

    expect_drain(&repository, 60, 0);
    expect_text(&repository, "timerleak-report/check.txt", "0 sites fail");
    expect_check(&repository, NULL);
    repository_forget(&repository);
}

Test(ci_report, without_grace_the_first_verdict_stands, .timeout = 60)
{
    struct repository repository = repository_make_draining("nothing");

    expect_drain(&repository, 0, 1);
    expect_check(&repository, "main");
    repository_forget(&repository);
}

/* They fire, and nothing is left that has never fired; but all are live as before. */
Test(ci_report, what_is_live_stays_red_whatever_it_turns_into, .timeout = 60)
{
    struct repository repository = repository_make_draining("fire");

    expect_drain(&repository, 2, 1);
    expect_check(&repository, "main");
    repository_forget(&repository);
}
