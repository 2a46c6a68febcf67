/*
 * traced_running.c - a process that runs already when the tracer comes: what was there before, what
 * came afterwards, and each way in which the tracer or the process ends. Nothing of the process may
 * change by it.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preloaded.h"
#include "recordings.h"
#include "subject.h"
#include "tracing.h"

#define PROGRAM WITH_ALL_KINDS

/* A process that runs, and the tracer that watches it. */
struct watched {
    char *directory, *number;
    struct running program, tracing;
};

static struct watched watch(const char *option)
{
    struct watched watched = {directory_make(), NULL, program_begin(PROGRAM, "did =\n"), {0}};

    watched.number = text_make("%d", (int)watched.program.pid);
    watched.tracing = tracing_start(watched.directory, "-p", watched.number, option);
    return watched;
}

/* The program goes on after the tracer has ended, and ends as it does bare, given those orders. */
static void end_as_bare(struct watched *watched, const char *orders)
{
    struct outcome traced = command_finish(&watched->program), bare;
    struct running running = program_begin(PROGRAM, "did =\n");

    for (const char *order = orders; *order; order++) {
        const char one[] = {*order, '\0'};

        program_order(&running, one, "did ");
    }
    bare = command_finish(&running);
    char *difference = differences(&bare, &traced);

    cr_expect_str_empty(difference, "traced it differs:\n%s", difference);
    free(difference);
    outcome_forget(&bare);
    outcome_forget(&traced);
}

static void forget(struct watched *watched)
{
    directory_remove(watched->directory);
    free(watched->number);
}

static void expect_end(const json_t *report, const char *end, long long status)
{
    const json_t *process = json_object_get(report, "process");

    cr_expect_str_eq(text_of(process, "end"), end);
    expect_number(process, "end_status", status);
}

/* ---- one process ---- */

Test(traced_running, before_and_after, .timeout = 120)
{
    struct watched watched = watch(NULL);

    program_order(&watched.program, "+", "did +\n");
    tracing_end(&watched.tracing, SIGINT);
    json_t *report = traced_report(watched.directory, watched.program.pid);
    const json_t *before = site_of(report, "timerfd", "made before", NULL);
    const json_t *later = site_of(report, "posix", "timer_create", "posix_timer");

    expect_end(report, "running", 0);
    expect_made_before(report, true);
    expect_number(before, "never_armed", 1);
    expect_number(before, "never_fired", 2); /* armed; that of two descriptors */
    expect_number(before, "never_released", 1);
    expect_number(site_of(report, "timerfd", "timerfd_create", "later_timerfd"), "created", 1);
    expect_number(later, "created", 1);
    expect_number(later, "never_fired", 1);
    expect_number(json_object_get(report, "totals"), "live", 7);
    expect_number(json_object_get(report, "dropped"), "total", 0);
    json_decref(report);
    end_as_bare(&watched, "+");
    forget(&watched);
}

Test(traced_running, ends_with_the_process, .timeout = 120)
{
    struct watched watched = watch(NULL);

    program_order(&watched.program, "-", "did -\n");
    end_as_bare(&watched, "-");
    struct outcome outcome = command_finish(&watched.tracing);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_part(outcome.err, ": 5 timers created, 0 live; see: timerleak report ");
    json_t *report = traced_report(watched.directory, watched.program.pid);

    expect_end(report, "exited", 0);
    expect_made_before(report, false);
    json_decref(report);
    outcome_forget(&outcome);
    forget(&watched);
}

struct ending {
    int signal;
};

ParameterizedTestParameters(traced_running, ends_by_signal)
{
    static struct ending endings[] = {{SIGINT}, {SIGTERM}, {SIGHUP}};

    return cr_make_param_array(struct ending, endings, sizeof(endings) / sizeof(*endings));
}

ParameterizedTest(struct ending *ending, traced_running, ends_by_signal, .timeout = 120)
{
    struct watched watched = watch(NULL);

    tracing_end(&watched.tracing, ending->signal);
    json_t *report = traced_report(watched.directory, watched.program.pid);

    expect_end(report, "running", 0);
    expect_made_before(report, true);
    json_decref(report);
    end_as_bare(&watched, "");
    forget(&watched);
}

/* What its recording says is as of its end, though nothing has changed since long before. */
Test(traced_running, ends_after_its_time, .timeout = 120)
{
    struct watched watched = watch("--for=4");
    struct outcome outcome = command_finish(&watched.tracing);
    json_t *report = traced_report(watched.directory, watched.program.pid);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_end(report, "running", 0);
    expect_made_before(report, true);
    cr_expect_geq(number_of(json_object_get(report, "process"), "duration_ns"), 4000000000ll);
    json_decref(report);
    outcome_forget(&outcome);
    end_as_bare(&watched, "");
    forget(&watched);
}

Test(traced_running, process_is_killed, .timeout = 120)
{
    struct watched watched = watch(NULL);

    program_order(&watched.program, "+", "did +\n");
    kill(watched.program.pid, SIGKILL);
    struct outcome program = command_finish(&watched.program);
    struct outcome outcome = command_finish(&watched.tracing);
    json_t *report = traced_report(watched.directory, program.pid);
    char *timerleak = built("timerleak");
    char *text = output_of(text_make("'%s' report '%s'/*.tlk", timerleak, watched.directory));

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_end(report, "killed", SIGKILL);
    expect_made_before(report, true);
    expect_part(text, "killed by SIGKILL");
    free(text);
    free(timerleak);
    json_decref(report);
    outcome_forget(&outcome);
    outcome_forget(&program);
    forget(&watched);
}

/* A recording of seconds ago is there, whole; and the process does not notice. */
Test(traced_running, tracer_is_killed, .timeout = 120)
{
    struct watched watched = watch(NULL);
    char *path = text_make("%s/%s.tlk", watched.directory, watched.number);

    file_await(path);
    kill(watched.tracing.pid, SIGKILL);
    struct outcome outcome = command_finish(&watched.tracing);
    json_t *report = traced_report(watched.directory, watched.program.pid);

    expect_end(report, "running", 0);
    expect_made_before(report, true);
    json_decref(report);
    program_order(&watched.program, "+", "did +\n");
    end_as_bare(&watched, "+");
    outcome_forget(&outcome);
    free(path);
    forget(&watched);
}

/* A folder that goes while it traces: told, also by the status. */
Test(traced_running, recording_can_not_be_written, .timeout = 120)
{
    struct watched watched = watch(NULL);

    free(output_of(text_make("rm -r '%s'", watched.directory)));
    end_as_bare(&watched, "");
    struct outcome outcome = command_finish(&watched.tracing);

    cr_expect_eq(outcome_code(&outcome), 3, "it ends with %d", outcome_code(&outcome));
    expect_part(outcome.err, "no recording of process ");
    outcome_forget(&outcome);
    forget(&watched);
}

/* ---- what they fork ---- */

struct choice {
    char option[16];
    int recorded;
};

ParameterizedTestParameters(traced_running, children)
{
    static struct choice choices[] = {{"--children=yes", 1}, {"--children=no", 0}};

    return cr_make_param_array(struct choice, choices, sizeof(choices) / sizeof(*choices));
}

ParameterizedTest(struct choice *choice, traced_running, children, .timeout = 120)
{
    char *directory = directory_make(), *path = program_path("state_never_armed");
    const char *const argv[] = {"/bin/sh", "-c", "echo ready; read line; \"$0\"; echo did", path,
                                NULL};
    struct running shell = command_start(&(struct command){.argv = argv});

    cr_assert(command_wait_for(&shell, "ready\n"));
    char *number = text_make("%d", (int)shell.pid);
    struct running tracing = tracing_start(directory, "-p", number, choice->option);

    program_order(&shell, "go\n", "did\n");
    struct outcome ended = command_finish(&shell), outcome = command_finish(&tracing);
    struct recordings recordings = recordings_read(directory, ended.pid, stderr);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    cr_expect_eq(recordings.count, (size_t)choice->recorded, "%zu recordings: %s", recordings.count,
                 outcome.err);
    recordings_forget(&recordings);
    outcome_forget(&ended);
    outcome_forget(&outcome);
    free(number);
    free(path);
    directory_remove(directory);
}

/* The status is the command's; what it has left running is recorded to its end. */
Test(traced_running, what_outlives_the_command, .timeout = 120)
{
    char *directory = directory_make(), *path = program_path(PROGRAM),
         *timerleak = built("timerleak");
    const char *const argv[] = {
        timerleak, "trace", "-o", directory, "/bin/sh", "-c", "exec 3<&0; \"$0\" <&3 & exit 5",
        path,      NULL};
    struct running tracing = command_start(&(struct command){.argv = argv});

    if (!command_wait_for(&tracing, "did =\n")) {
        struct outcome outcome = command_finish(&tracing);

        tracing_needed(&outcome);
        cr_assert_fail("%s", outcome.err);
    }
    program_order(&tracing, "+", "did +\n");
    struct outcome outcome = command_finish(&tracing);
    struct recordings recordings = recordings_read_below(directory, outcome.pid, stderr);

    cr_expect_eq(outcome_code(&outcome), 5, "it ends with %d: %s", outcome_code(&outcome),
                 outcome.err);
    cr_assert_eq(recordings.count, 1);
    expect_end(recordings.items[0].report, "exited", 0);
    expect_number(site_of(recordings.items[0].report, "timerfd", "timerfd_create", "later_timerfd"),
                  "created", 1);
    recordings_forget(&recordings);
    outcome_forget(&outcome);
    free(timerleak);
    free(path);
    directory_remove(directory);
}

/* ---- ends that nobody tells ---- */

/* Its end was before the tracer came, or found no room among what is told. */
Test(traced, tracing_ends_with_a_process_whose_end_was_not_seen, .timeout = 60)
{
    char *directory = directory_make();
    siginfo_t how;
    pid_t ended = fork();
    if (ended == 0)
        _exit(0);
    waitid(P_PID, (id_t)ended, &how, WEXITED | WNOWAIT);
    char *number = text_make("%d", (int)ended);
    struct running running = tracing_start(directory, "-p", number, NULL);
    waitpid(ended, NULL, 0);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    outcome_forget(&outcome);
    free(number);
    directory_remove(directory);
}
