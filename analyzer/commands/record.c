/* record.c - the command `timerleak record`. */
#include "cli/arguments.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "cli/options.h"
#include "launch/launch.h"
#include "launch/output_name.h"
#include "launch/preloading.h"
#include "launch/session.h"
#include "launch/traceable.h"
#include "launch/variables.h"
#include "profile/families.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Of more than that nobody learns anything from one. */
#define MOST_SAMPLED 1000000L

static bool record_parse_children(const char *value, bool *children)
{
    *children = value == NULL || strcmp(value, "yes") == 0;
    if (*children || strcmp(value, "no") == 0)
        return true;
    complain("--children is yes or no, not \"%s\"", value);
    return false;
}

/* The shim would pass over a name that it does not know. */
static bool check_families(const char *list)
{
    uint64_t families;
    struct text unknown;
    if (family_parse(list, &families, &unknown))
        return true;
    complain("--families: there is no \"%s\" among %s", unknown.s, family_list(UINT64_MAX, " ").s);
    return false;
}

/* -1 is what is set when nothing is said. */
static bool record_parse_sample(long value, long *sample)
{
    *sample = value > 0 ? value : 0;
    if (value == -1 || (value > 0 && value <= MOST_SAMPLED))
        return true;
    complain("--sample is a number from 1 to %ld: of so many timers one", MOST_SAMPLED);
    return false;
}

static uint64_t record_new_session(void)
{
    uint64_t session = 0;
    while (session == 0) {
        if (getrandom(&session, sizeof(session), 0) != sizeof(session))
            session = (uint64_t)time(NULL);
    }
    return session;
}

static int record_not_run(const struct traceable *judged, const char *command, int error)
{
    if (!traceable_runs(judged))
        traceable_explain(judged, command, stderr);
    else
        complain("%s can't be run: %s", command, strerror(error));
    return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* Returns the exit status of `timerleak record`. */
static int record_finish(const struct launch *launch, const struct launched *launched,
                         const struct output_name *output, bool explained)
{
    struct session session;
    if (session_find(&session, output->directory, launch->session, launched->pid)) {
        session_finish(&session, launched);
        session_report(&session, launch, output->directory, explained);
    } else {
        complain("%s can't be read any more: %s", output->directory, strerror(errno));
    }
    session_free(&session);
    return launch_end_alike(launched->status);
}

static int record_run(struct launch *launch, const struct output_name *output)
{
    char shim[PATH_MAX];
    variables_complain();
    if (!preloading_shim(shim) || !output_name_make_way(output))
        return EXIT_USAGE;

    struct traceable judged;
    traceable_judge(&judged, launch->command[0], shim);
    if (traceable_runs(&judged))
        traceable_explain(&judged, launch->command[0], stderr);
    char *preload = preloading_value(getenv("LD_PRELOAD"), shim, judged.sanitizer);
    if (judged.obstacle != TRACE_LIBC)
        launch->preload = preload;
    launch->output = output->pattern;
    launch->session = record_new_session();

    struct launched launched;
    bool forked = launch_run(launch, &launched);
    free(preload);
    if (!forked) {
        perror("timerleak: no process can be made");
        return EXIT_NOT_EXECUTABLE;
    }
    if (launched.error != 0)
        return record_not_run(&judged, launch->command[0], launched.error);
    return record_finish(launch, &launched, output, !traceable_loads(&judged));
}

int command_record(const struct command *command, int argc, char **argv)
{
    struct settings settings;
    settings_init(&settings);
    int words = arguments_parse_before(argc, argv, command->options, &settings);
    if (words < 0)
        return EXIT_USAGE;
    if (words == 0) {
        complain("record needs a command to run: timerleak record ./server");
        return EXIT_USAGE;
    }
    argv[1 + words] = NULL;
    struct launch launch = {
        .command = argv + 1,
        .families = settings.families,
        .exe = settings.exe ? settings.exe : getenv("TIMERLEAK_EXE"),
    };
    struct output_name output;
    if (!record_parse_children(settings.children, &launch.children) ||
        !record_parse_sample(settings.sample, &launch.sample) || !check_families(settings.families))
        return EXIT_USAGE;
    int status =
        output_name_parse(&output, settings.output) ? record_run(&launch, &output) : EXIT_USAGE;
    output_name_free(&output);
    return status;
}
