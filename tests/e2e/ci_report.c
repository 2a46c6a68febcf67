/* scripts/ci-report: what a job is told, what it keeps, and how it ends. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recordings.h"
#include "repository.h"
#include "subject.h"
#include "terminal.h"

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

/* ---- signals ---- */

/*
 * A script that leaks, says that it is up, and goes on until its input ends or a signal does. What
 * is live fails by its state: a verdict would depend on how fast it was made.
 */
#define LEAKS "./server upload; echo up; "
#define START(script) "exec timerleak-ci-report --fail-on never-fired sh -c '" script "'"

/* Returns when it is up. */
static struct running start_script(const struct repository *repository, const char *line)
{
    struct running running = start_in(repository, line);

    cr_assert(command_wait_for(&running, "up\n"), "%s", running.err.text);
    return running;
}

static void expect_stopped(const char *line, int number, int code, const char *last)
{
    struct repository repository = repository_make();
    struct running running = start_script(&repository, line);

    kill(running.pid, number);
    while (command_read(&running))
        continue; /* what finishing does too, but the end of its input would end the script */
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), code, "%d:\n%s%s", outcome_code(&outcome), outcome.out,
                 outcome.err);
    expect_part(outcome.out, last);
    expect_artifacts(&repository);
    expect_check(&repository, "net_upload");
    outcome_forget(&outcome);
    repository_forget(&repository);
}

/* As systems without a terminal send it, to this process alone: the command is told by SIGTERM. */
static const int cancelling[] = {SIGTERM, SIGHUP, SIGINT};

Test(ci_report, a_cancelled_job_is_reported, .timeout = 240)
{
    for (size_t i = 0; i < sizeof(cancelling) / sizeof(*cancelling); i++) {
        int code = 128 + (cancelling[i] == SIGINT ? SIGTERM : cancelling[i]);
        char *last = text_make("sh failed: exit status %d\n", code);

        expect_stopped(START(LEAKS "exec cat"), cancelling[i], code, last);
        free(last);
    }
}

/* Its trap is called while it waits: for a process that outlives it, and the report. */
#define ENDS_BY_ITSELF(status)                                                                     \
    START("trap \"exit " status "\" TERM; exec 3<&0; cat <&3 >/dev/null 2>&1 & " LEAKS "wait")

Test(ci_report, a_cancelled_job_is_not_green, .timeout = 240)
{
    expect_stopped(ENDS_BY_ITSELF("0"), SIGTERM, 143, "stopped by SIGTERM\n");
    expect_stopped(ENDS_BY_ITSELF("0"), SIGINT, 130, "stopped by SIGINT\n");
    expect_stopped(ENDS_BY_ITSELF("5"), SIGTERM, 5, "sh failed: exit status 5\n");
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* What comes at the same moment as the first is none of its own: it is sent until it counts. */
Test(ci_report, a_second_signal_ends_it_before_the_command, .timeout = 120)
{
    struct repository repository = repository_make();
    struct running running =
        start_script(&repository, START("trap \"\" TERM HUP; " LEAKS "exec cat"));

    while (!has_ended(running.pid)) {
        kill(running.pid, SIGTERM);
        usleep(100000);
    }
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 143);
    expect_part(outcome.err, "SIGTERM: the report follows; another signal ends this at once\n");
    expect_run(&repository, "[ ! -e timerleak-report/check.json ]", 0);
    outcome_forget(&outcome);
    repository_forget(&repository);
}

/* A signal may end a read, but not the script: its status tells which ones came. */
#define TELLS_SIGNALS                                                                              \
    "trap \"told=6\\$told\" INT; trap \"told=7\\$told\" TERM; " LEAKS                              \
    "until read line; do :; done; exit $told"

/* There the command has the signal from the terminal, and no other one besides. */
Test(ci_report, ctrl_c_is_left_to_the_terminal, .timeout = 60)
{
    struct repository repository = repository_make();
    char *line = text_make("cd '%s' && PATH='%s':$PATH && " START(TELLS_SIGNALS), repository.folder,
                           repository.bin);
    struct terminal terminal =
        terminal_start((const char *const[]){"/bin/sh", "-c", line, NULL}, 80, 24);

    terminal_wait_for(&terminal, "up\r\n");
    terminal_type(&terminal, "\003");
    terminal_wait_for(&terminal, "SIGINT: the report follows");
    terminal_type(&terminal, "\n");
    struct outcome outcome = command_finish(&terminal.running);
    cr_expect_eq(outcome_code(&outcome), 6, "%s", outcome.out);
    expect_artifacts(&repository);
    outcome_forget(&outcome);
    close(terminal.end);
    free(line);
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
