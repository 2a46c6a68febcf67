/*
 * Eight threads put every family through everything it can do. Then they rest, and the recording
 * of the running process must agree with the kernel's own list of its timers. Where it can't, what
 * only one of both has is summed up.
 *
 * STRESS_SECONDS in the environment sets for how long; two seconds otherwise.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

#define THREADS "8"

static char *milliseconds(void)
{
    const char *seconds = getenv("STRESS_SECONDS");

    return text_make("%s000", seconds ? seconds : "2");
}

static void expect_verified(pid_t pid)
{
    char *timerleak = built("timerleak"), *number = text_make("%d", (int)pid);
    const char *const argv[] = {timerleak, "verify", number, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_expect_eq(outcome_code(&outcome), 0, "verify ends with %d:\n%s%s", outcome_code(&outcome),
                 outcome.out, outcome.err);
    outcome_forget(&outcome);
    free(number);
    free(timerleak);
}

static void expect_balance(const char *path, bool at_end)
{
    char *error = NULL;
    json_t *report = report_read(path, &error), *site;
    size_t i;

    cr_assert(report, "%s", error);
    cr_expect(json_array_size(json_object_get(report, "sites")) >= 3);
    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        cr_expect_eq(unbalanced(site), 0, "site %zu (%s) does not balance", i,
                     text_of(site, "family"));
        if (at_end)
            cr_expect_eq(number_of(site, "live"), 0, "site %zu (%s) has %lld live at the end", i,
                         text_of(site, "family"), number_of(site, "live"));
    }
    json_decref(report);
}

Test(verify, stress_agrees_with_the_kernel, .timeout = 600)
{
    char *directory = directory_make(), *duration = milliseconds();
    struct running running =
        start_preloaded("churn_all_families", THREADS, duration, directory, NULL);
    char *path = text_make("%s/churn_all_families.%d.tlk", directory, (int)running.pid);

    cr_assert(command_wait_for(&running, "resting\n"), "the program died: %s", running.err.text);
    expect_verified(running.pid);
    expect_balance(path, false);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0);
    expect_balance(path, true);
    outcome_forget(&outcome);
    directory_remove(directory);
    free(path);
    free(duration);
}

/* ---- what does not match ---- */

/* A program with nine timers, and what it does on request. */
static struct running start_nine(const char *directory)
{
    struct running running = start_preloaded("timers_on_request", NULL, NULL, directory, NULL);

    cr_assert_eq(write(running.input, "++++++++", 8), 8);
    cr_assert(command_wait_for(&running, "9 timers\n"), "%s", running.err.text);
    return running;
}

/* What `timerleak verify` prints, which the caller frees. */
static char *verified(const struct running *running, const char *recording, int code)
{
    char *timerleak = built("timerleak"), *number = text_make("%d", (int)running->pid);
    const char *const argv[] = {timerleak, "verify", number, recording, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    char *out = text_make("%s", outcome.out);

    cr_expect_eq(outcome_code(&outcome), code, "verify ends with %d:\n%s%s", outcome_code(&outcome),
                 outcome.out, outcome.err);
    outcome_forget(&outcome);
    free(number);
    free(timerleak);
    return out;
}

static void end_nine(struct running *running, char *directory, char *out)
{
    struct outcome outcome = command_finish(running);

    outcome_forget(&outcome);
    directory_remove(directory);
    free(out);
}

Test(verify, many_timers_that_only_the_kernel_has_are_a_line, .timeout = 120)
{
    char *directory = directory_make();
    setenv("TIMERLEAK_ENABLED", "0", 1);
    struct running running = start_nine(directory);
    char *out = verified(&running, NULL, 0);

    expect_part(out, "only in the kernel: 9 timerfd timers: fd 3, fd 4, fd 5, fd 6 and 5 more\n");
    end_nine(&running, directory, out);
}

/* The first was made from elsewhere. */
Test(verify, many_timers_that_only_the_recording_has_are_a_line_for_each_site, .timeout = 120)
{
    char *directory = directory_make();
    struct running running = start_nine(directory);
    char *old = text_make("%s/old", directory);

    free(output_of(
        text_make("cp %s/timers_on_request.%d.tlk %s", directory, (int)running.pid, old)));
    cr_assert_eq(write(running.input, "---------", 9), 9);
    cr_assert(command_wait_for(&running, "0 timers\n"), "%s", running.err.text);
    char *out = verified(&running, old, 1);
    expect_part(out, "0 timers matched; 0 only in the kernel, 9 only in the recording\n");
    expect_part(out, "only in the recording: 1 timerfd timer, created by add_timer");
    expect_part(out, "only in the recording: 8 timerfd timers, created by add_timer");
    expect_part(out, ": fd 4, fd 5, fd 6, fd 7 and 4 more\n");
    free(old);
    end_nine(&running, directory, out);
}
