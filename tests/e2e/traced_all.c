/*
 * traced_all.c - every process of the machine at once: those that run already and those that come,
 * what they hand each other, and never the tracer itself.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "annotations.h"
#include "comparison.h"
#include "preloaded.h"
#include "recordings.h"
#include "tracing.h"

static bool is_recorded(const char *directory, pid_t pid)
{
    char *path = text_make("%s/%d.tlk", directory, (int)pid);
    bool is = access(path, F_OK) == 0;

    free(path);
    return is;
}

static void program_end(struct running *program)
{
    struct outcome outcome = command_finish(program);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    outcome_forget(&outcome);
}

Test(traced_all, but_the_tracer, .timeout = 120)
{
    char *directory = directory_make();
    struct running first = program_begin(WITH_ALL_KINDS, "did =\n"),
                   second = program_begin(WITH_ALL_KINDS, "did =\n");
    struct running tracing = tracing_start(directory, "-a", "--for=2", NULL);
    struct running third = program_begin(WITH_ALL_KINDS, "did =\n");
    pid_t tracer = tracing.pid;
    struct outcome outcome = command_finish(&tracing);
    json_t *report;

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_made_before(report = traced_report(directory, first.pid), true);
    json_decref(report);
    expect_made_before(report = traced_report(directory, second.pid), true);
    json_decref(report);
    report = traced_report(directory, third.pid);
    site_of(report, "timerfd", "timerfd_create", "first_timerfd");
    expect_number(json_object_get(report, "totals"), "live", 5);
    json_decref(report);
    cr_expect_not(is_recorded(directory, tracer));
    outcome_forget(&outcome);
    program_end(&first);
    program_end(&second);
    program_end(&third);
    directory_remove(directory);
}

struct handing {
    char program[48];
};

ParameterizedTestParameters(traced_all, that_hand_on_timers)
{
    static struct handing handings[] = {
        {"timerfd_handed_to_another_process"}, {"timerfd_shared_by_fork"}, {"fork_inheritance"}};

    return cr_make_param_array(struct handing, handings, sizeof(handings) / sizeof(*handings));
}

/* Others of this machine are recorded, too. How many events of this one were lost to them. */
static long long keep_family(const char *directory, pid_t pid)
{
    struct recordings recordings = recordings_read(directory, pid, stderr);
    long long lost = 0;

    for (size_t i = 0; i < recordings.count; i++) {
        const json_t *process = json_object_get(recordings.items[i].report, "process");

        if (number_of(process, "pid") != pid && number_of(process, "ppid") != pid)
            unlink(recordings.items[i].path);
        else
            lost += number_of(json_object_get(recordings.items[i].report, "dropped"), "event");
    }
    recordings_forget(&recordings);
    return lost;
}

ParameterizedTest(struct handing *handing, traced_all, that_hand_on_timers, .timeout = 120)
{
    struct annotations annotations = annotations_read(handing->program, false);
    char *directory = directory_make(), *text = NULL;
    size_t length = 0;
    struct running tracing = tracing_start(directory, "-a", NULL, NULL);
    struct outcome outcome = run_bare(handing->program);
    FILE *complaints = open_memstream(&text, &length);

    tracing_end(&tracing, SIGINT);
    if (keep_family(directory, outcome.pid) > 0)
        cr_skip_test("another process is faster than all can be followed, as is told");
    struct recordings recordings = recordings_read(directory, outcome.pid, complaints);

    compare(&annotations, &recordings, complaints);
    fclose(complaints);
    cr_expect(length == 0, "%s, traced with all others:\n%s", handing->program, text);
    recordings_forget(&recordings);
    free(text);
    outcome_forget(&outcome);
    directory_remove(directory);
    annotations_forget(&annotations);
}
