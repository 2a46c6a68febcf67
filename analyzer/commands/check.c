/* check.c - the command `timerleak check`: a gate for CI. */
#include "commands/commands.h"
#include "commands/input.h"

#include "base/text.h"
#include "profile/findings.h"
#include "views/report.h"

int command_check(int argc, char **argv)
{
    struct input input;
    if (!input_open(&input, argc, argv, CHECK_OPTIONS, false))
        return input.status;
    struct profile *profile = input.profile;
    size_t leaks = findings_count(profile, VERDICT_LEAK);
    for (size_t i = 0; i < leaks; i++)
        report_headline(input.output, profile, profile->sites[i]);
    fprintf(input.output, "%s in %s: %s created, %s live\n",
            leaks ? text_plural(leaks, "leak", "leaks").s : "no leak",
            text_plural(profile->process_count, "recording", "recordings").s,
            text_plural(profile->totals.created, "timer", "timers").s,
            text_count(profile->totals.live).s);
    /* Found is found, but what could not be read may hide more: that goes first. */
    if (leaks > 0 && input.status == EXIT_OK)
        input.status = EXIT_LEAK;
    return input_close(&input);
}
