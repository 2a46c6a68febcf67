/* record.c - the command `timerleak record`. */
#include "cli/arguments.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "cli/options.h"
#include "launch/launch.h"
#include "launch/objects.h"
#include "launch/output_name.h"
#include "launch/preloading.h"
#include "launch/session.h"
#include "launch/session_pack.h"
#include "launch/traceable.h"
#include "launch/variables.h"
#include "profile/families.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int record_not_run(const struct traceable *judged, const char *command, int error)
{
    if (!traceable_runs(judged))
        traceable_explain(judged, command, stderr);
    else
        complain("%s can't be run: %s", command, strerror(error));
    return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

static void record_finish(const struct launch *launch, const struct launched *launched,
                          struct presence *presence, const struct output_name *output,
                          bool explained, bool portable)
{
    struct session session;
    presence_read(presence, launched->pid);
    if (session_find(&session, output->directory, launch->session, launched->pid)) {
        session_finish(&session, launched);
        session_report(&session, presence, launch, output->directory, explained);
        if (portable)
            session_pack(&session);
    } else {
        complain("%s can't be read any more: %s", output->directory, strerror(errno));
    }
    session_free(&session);
}

static void record_tell_blind(const struct needs *needs, uint32_t wanted)
{
    for (size_t i = 0; i < needs->count; i++) {
        const struct blind_copy *blind = &needs->blind[i];
        if (!(wanted & OBJECT_BIT(blind->foreign - foreign_at(0))))
            continue;
        complain("%s holds its own copy of %s, %s.", blind->file, blind->foreign->library,
                 copy_blindness(blind->copy));
        complain("%s", copy_remedy(blind->copy));
    }
}

/*
 * What a list of families says, else what the program needs of what there is: all, if it may load
 * what it does not name. What its children
 * will need can't be known: `hand_on` is all that there is; so has a program that the shim is not
 * loaded into. False if what the list says is not there.
 */
static bool record_choose_objects(const struct launch *launch, const struct traceable *judged,
                                  const char *shim, uint32_t *own, uint32_t *hand_on)
{
    struct needs needs = {0};
    bool said = launch->families && *launch->families;
    *hand_on = objects_present(shim);
    if (said && !objects_of_list(hand_on, launch->families, shim))
        return false;
    *own = *hand_on;
    if (!traceable_loads(judged))
        return true;
    needs_find(&needs, judged->program);
    record_tell_blind(&needs, said ? *hand_on : UINT32_MAX);
    if (!said && !needs.loads)
        *own &= needs.objects;
    if (!said && *own)
        complain("also recording %s timers%s", objects_list(*own).s,
                 needs.loads ? ", for it may load such libraries" : "");
    needs_free(&needs);
    return true;
}

/* False if there is not all that was asked for. */
static bool record_set_preload(struct launch *launch, const struct traceable *judged,
                               const char *shim)
{
    uint32_t own, hand_on;
    const char *existing = getenv("LD_PRELOAD");
    if (!record_choose_objects(launch, judged, shim, &own, &hand_on))
        return false;
    if (judged->obstacle == TRACE_LIBC)
        return true;
    launch->preload = preloading_value(existing, shim, own, judged->sanitizer);
    launch->hand_on = preloading_value(existing, shim, hand_on, judged->sanitizer);
    return true;
}

static int record_run(struct launch *launch, const struct output_name *output, bool portable)
{
    char shim[PATH_MAX];
    struct traceable judged;
    variables_complain();
    if (!preloading_shim(shim))
        return EXIT_USAGE;
    traceable_judge(&judged, launch->command[0], shim);
    if (!record_set_preload(launch, &judged, shim) || !output_name_make_way(output))
        return EXIT_USAGE;
    if (traceable_runs(&judged))
        traceable_explain(&judged, launch->command[0], stderr);
    launch->output = output->pattern;
    launch->session = session_new();

    struct launched launched;
    struct presence presence;
    presence_begin(&presence, output->directory, launch->session);
    bool forked = launch_run(launch, &launched);
    free(launch->preload);
    free(launch->hand_on);
    if (!forked)
        perror("timerleak: no process can be made");
    else if (launched.error == 0)
        record_finish(launch, &launched, &presence, output, !traceable_loads(&judged), portable);
    presence_end(&presence);
    if (!forked)
        return EXIT_NOT_EXECUTABLE;
    return launched.error != 0 ? record_not_run(&judged, launch->command[0], launched.error)
                               : launch_end_alike(launched.status);
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
        .families = settings.families ? settings.families : getenv("TIMERLEAK_FAMILIES"),
        .exe = settings.exe ? settings.exe : getenv("TIMERLEAK_EXE"),
    };
    struct output_name output;
    if (!record_parse_children(settings.children, &launch.children) ||
        !record_parse_sample(settings.sample, &launch.sample) || !check_families(settings.families))
        return EXIT_USAGE;
    int status = output_name_parse(&output, settings.output)
                     ? record_run(&launch, &output, settings.portable)
                     : EXIT_USAGE;
    output_name_free(&output);
    return status;
}
