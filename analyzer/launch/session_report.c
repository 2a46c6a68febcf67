/* session_report.c - a line for each recording, or the reasons why there is none. */
#include "launch/session.h"

#include "base/errors.h"
#include "base/text.h"
#include "profile/losses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool had_timers(const struct profile *profile)
{
    uint64_t dropped = 0;
    for (size_t i = 0; i < TLK_DROPS; i++)
        dropped += profile->processes[0]->dropped[i];
    return profile->processes[0]->recorded + losses_omitted(profile->processes[0]) + dropped > 0;
}

static void print_line(const struct session_recording *made, const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    const struct process *process = profile->processes[0];
    char *word = text_shell_word(made->path);
    fprintf(stderr, "timerleak: %s: ", word);
    if (made->running)
        fprintf(stderr, "process %d is still being recorded, ", made->pid);
    fprintf(stderr, "%s%s created, ", process->one_in > 1 ? "about " : "",
            text_plural(totals->created, "timer", "timers").s);
    if (totals->inherited > 0)
        fprintf(stderr, "%s inherited, ", text_count(totals->inherited).s);
    if (process->omitted[TLK_OMIT_ASLEEP] > 0)
        fprintf(stderr, "%s more while asleep, ", text_count(process->omitted[TLK_OMIT_ASLEEP]).s);
    if (process->unwatched)
        fprintf(stderr, "%s not watched, ", family_list(process->unwatched, " and ").s);
    fprintf(stderr, "%s live; see: timerleak report %s\n", text_count(totals->live).s, word);
    free(word);
}

static void report_one(const struct session_recording *made, bool keep)
{
    char error[ERROR_SIZE];
    struct recording *recording = recording_open(made->path, error);
    if (recording == NULL) {
        complain("%s", error);
        return;
    }
    struct profile *profile = profile_new();
    profile->unnamed = true;
    profile_add(profile, recording);
    profile_settle(profile);
    recording_close(recording);
    bool removable = !keep && !made->running && made->idle && !had_timers(profile);
    if (!removable || unlink(made->path) != 0)
        print_line(made, profile);
    profile_free(profile);
}

/* What can be found out about why nothing was written. */
static void explain_nothing(const char *command, const char *directory)
{
    struct statvfs system;
    struct rlimit limit;
    complain("%s left no recording in \"%s\".", command, directory);
    uint64_t left =
        statvfs(directory, &system) == 0 ? system.f_bavail * system.f_frsize : UINT64_MAX;
    if (left < 2 * SMALLEST_RECORDING) /* some goes to the file system's own needs */
        complain("Its file system is full, %s are left and a recording takes %s: write "
                 "elsewhere with -o.",
                 text_bytes(left).s, text_bytes(SMALLEST_RECORDING).s);
    else if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < SMALLEST_RECORDING)
        complain("Files may not grow large enough: raise ulimit -f.");
    else
        fputs("timerleak: Usual reasons:\n"
              "    LD_PRELOAD was cleared on the way (sudo, su, env -i): record what comes behind "
              "it, as in sudo timerleak record COMMAND\n"
              "    the process may not write there (another user, a chroot, a sandbox): "
              "write elsewhere with -o\n"
              "    something on this machine or in the environment: timerleak doctor COMMAND\n",
              stderr);
}

static const struct session_recording *last_own(const struct session *session)
{
    for (size_t i = session->count; i-- > 0;) {
        if (session->recordings[i].own)
            return &session->recordings[i];
    }
    return NULL;
}

/* Programs that were not to be recorded left nothing, nor was anything wrong with that. */
static bool was_chosen(const struct launch *launch)
{
    return launch->exe != NULL && *launch->exe != '\0';
}

static void explain_missing(const struct launch *launch, const char *directory, bool explained)
{
    if (was_chosen(launch))
        complain("nothing was recorded: no program that ran and could be recorded has a "
                 "name that \"%s\" matches.",
                 launch->exe);
    else if (explained)
        complain("%s left no recording, for the reason above.", launch->command[0]);
    else
        explain_nothing(launch->command[0], directory);
}

void session_report(const struct session *session, const struct launch *launch,
                    const char *directory, bool explained)
{
    const struct session_recording *own = last_own(session), *kept = own;
    if (own == NULL && was_chosen(launch) && session->count > 0)
        kept = &session->recordings[session->count - 1];
    for (size_t i = 0; i < session->count; i++)
        report_one(&session->recordings[i], &session->recordings[i] == kept);
    if (kept == NULL)
        explain_missing(launch, directory, explained);
    else if (own != NULL && own->end == TLK_EXECED && !was_chosen(launch))
        complain("%s became another program, of which there is no recording: it may be "
                 "static or setuid, or LD_PRELOAD was cleared.",
                 launch->command[0]);
}
