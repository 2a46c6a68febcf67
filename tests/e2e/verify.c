/*
 * Eight threads put every family through everything it can do. Then they rest, and the recording
 * of the running process must agree with the kernel's own list of its timers.
 *
 * STRESS_SECONDS in the environment sets for how long; two seconds otherwise.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"

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
