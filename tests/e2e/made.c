/*
 * Functions that interpreters make at run time are named, by the perf maps that they write; also
 * when the map is gone from /tmp.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "subject.h"

/* What is said of the process that leaks, in a folder of its own. */
static char *report_of(const char *how, const char *recordings)
{
    char *folder = directory_make(), *timerleak = built("timerleak");
    char *program = built("programs/made_at_run_time");
    char *report = output_of(text_make("cd %s && %s record -o made.tlk %s %s >out 2>err\n"
                                       "rm $(head -n 1 out) && %s report %s",
                                       folder, timerleak, program, how, timerleak, recordings));

    free(program);
    free(timerleak);
    directory_remove(folder);
    return report;
}

/* From the leaf, through each function of either kind, to main. */
static void expect_named(const char *report)
{
    const char *at = report;
    static const char *const frames[] = {
        "open_timeout ",
        "visit ",
        "/srv/app/visit.js:7\n",
        "... and again, 3 times in all\n",
        "py::serve:loop.py ",
        "/srv/app/loop.py\n",
        "run ",
        "main ",
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
        at = strstr(at, frames[i]);
        cr_assert(at, "no \"%s\" behind what comes before it in:\n%s", frames[i], report);
    }
    cr_expect_not(strstr(report, "stale"));
    cr_expect_not(strstr(report, "[unknown]"));
}

Test(made, functions_are_named_after_the_process_has_ended)
{
    char *report = report_of("named", "made.tlk");

    expect_named(report);
    free(report);
}

Test(made, so_are_those_of_one_that_was_killed)
{
    char *report = report_of("killed", "made.tlk");

    expect_named(report);
    free(report);
}

Test(made, a_map_may_be_written_at_the_very_end)
{
    char *report = report_of("late", "made.tlk");

    expect_named(report);
    free(report);
}

Test(made, a_child_has_the_code_of_its_parent)
{
    char *report = report_of("forked", "made.*.tlk");

    expect_named(report);
    free(report);
}
