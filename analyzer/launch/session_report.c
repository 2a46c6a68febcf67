/* session_report.c - a line for each program that was recorded, or the reasons why there is none.
 */
#include "launch/session.h"
#include "launch/variables.h"

#include "base/errors.h"
#include "base/text.h"
#include "profile/losses.h"
#include "recording/perfmaps.h"

#include <ctype.h>
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

/* What one program left: its recordings, added up. */
struct program {
    struct profile *profile;
    const char *path;      /* of the first */
    size_t prefix, suffix; /* bytes that all their paths begin and end with */
    size_t count, running;
};

struct programs {
    struct program *list;
    size_t count, room;
};

static struct program *program_of(struct programs *programs, const struct session_recording *made,
                                  const char *name)
{
    for (size_t i = 0; i < programs->count; i++) {
        if (strcmp(programs->list[i].profile->processes[0]->name, name) == 0)
            return &programs->list[i];
    }
    size_t length = strlen(made->path);
    programs->list =
        memory_grow(programs->list, programs->count, &programs->room, sizeof(*programs->list));
    programs->list[programs->count] =
        (struct program){profile_new(), made->path, .prefix = length, .suffix = length};
    programs->list[programs->count].profile->plain = true;
    return &programs->list[programs->count++];
}

/* Numbers of processes are left out of both as a whole, and both together of the shortest path. */
static void program_share(struct program *program, const char *path)
{
    const char *first = program->path;
    size_t length = strlen(path), whole = strlen(first), prefix = 0, suffix = 0;
    while (prefix < program->prefix && path[prefix] == first[prefix])
        prefix++;
    while (prefix < whole && prefix > 0 && isdigit((unsigned char)first[prefix - 1]))
        prefix--;
    while (suffix < program->suffix && suffix < length - prefix && suffix < whole - prefix &&
           path[length - suffix - 1] == first[whole - suffix - 1])
        suffix++;
    while (suffix > 0 && isdigit((unsigned char)first[whole - suffix]))
        suffix--;
    program->prefix = prefix;
    program->suffix = suffix;
}

static void program_add(struct programs *programs, const struct session_recording *made,
                        struct recording *recording, const char *name)
{
    struct program *program = program_of(programs, made, name);
    profile_add(program->profile, recording);
    if (program->count++ > 0)
        program_share(program, made->path);
    program->running += made->running;
}

/* What to look at: the file, or a pattern of the shell for all of them. */
static char *program_files(const struct program *program)
{
    if (program->count == 1)
        return text_shell_word(program->path);
    char *text, *begin = memory_copy(program->path);
    begin[program->prefix] = '\0';
    char *before = text_shell_word(begin);
    char *after = text_shell_word(program->path + strlen(program->path) - program->suffix);
    if (asprintf(&text, "%s*%s", before, program->suffix > 0 ? after : "") < 0)
        memory_exhausted();
    free(begin);
    free(before);
    free(after);
    return text;
}

static void print_running(const struct program *program)
{
    if (program->running > 0 && program->count == 1)
        fprintf(stderr, "process %d is still being recorded, ",
                program->profile->processes[0]->pid);
    else if (program->running > 0)
        fprintf(stderr, "%s still being recorded, ", text_count(program->running).s);
}

static void print_line(struct program *program)
{
    struct profile *profile = program->profile;
    const struct counts *totals = &profile->totals;
    uint64_t asleep = 0, unwatched = 0;
    bool sampled = false;
    char *files = program_files(program);
    profile_settle(profile);
    for (size_t i = 0; i < profile->process_count; i++) {
        asleep += profile->processes[i]->omitted[TLK_OMIT_ASLEEP];
        unwatched |= profile->processes[i]->unwatched;
        sampled |= profile->processes[i]->one_in > 1;
    }
    if (program->count == 1)
        fprintf(stderr, "timerleak: %s: ", files);
    else
        fprintf(stderr, "timerleak: %s: %s recordings, ", profile->processes[0]->name,
                text_count(program->count).s);
    print_running(program);
    fprintf(stderr, "%s%s created, ", sampled ? "about " : "",
            text_plural(totals->created, "timer", "timers").s);
    if (totals->inherited > 0)
        fprintf(stderr, "%s inherited, ", text_count(totals->inherited).s);
    if (asleep > 0)
        fprintf(stderr, "%s more while asleep, ", text_count(asleep).s);
    if (unwatched)
        fprintf(stderr, "%s not watched, ", family_list(unwatched, " and ").s);
    fprintf(stderr, "%s live; see: timerleak report %s\n", text_count(totals->live).s, files);
    free(files);
}

static void print_programs(struct programs *programs)
{
    for (size_t i = 0; i < programs->count; i++) {
        print_line(&programs->list[i]);
        profile_free(programs->list[i].profile);
    }
    free(programs->list);
}

static void take_recording(struct programs *programs, const struct session_recording *made,
                           bool keep)
{
    char error[ERROR_SIZE];
    struct recording *recording = recording_open(made->path, error);
    if (recording == NULL) {
        complain("%s", error);
        return;
    }
    struct profile *profile = profile_new();
    profile->plain = true;
    profile_add(profile, recording);
    bool removable = !keep && !made->running && made->idle && !had_timers(profile);
    if (!removable || unlink(made->path) != 0)
        program_add(programs, made, recording, profile->processes[0]->name);
    else
        perfmaps_remove(made->path);
    recording_close(recording);
    profile_free(profile);
}

/* What stands in the way of any recording there; false if nothing does. */
static bool explain_obstacle(const char *command, const char *directory)
{
    struct statvfs system;
    struct rlimit limit;
    const char *size = getenv(VARIABLE_PREFIX "SIZE");
    uint64_t left =
        statvfs(directory, &system) == 0 ? system.f_bavail * system.f_frsize : UINT64_MAX;
    bool small = size && !variable_find("SIZE")->takes(size);
    bool full = left < 2 * TLK_SMALLEST; /* some goes to the file system's own needs */
    bool limited = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < TLK_SMALLEST;
    if (small || full || limited)
        complain("%s left no recording in \"%s\".", command, directory);
    if (small)
        complain("That is by " VARIABLE_PREFIX "SIZE=%s: a recording takes at least %s.", size,
                 text_bytes(TLK_SMALLEST).s);
    else if (full)
        complain("Its file system is full, %s are left and a recording takes %s: write "
                 "elsewhere with -o.",
                 text_bytes(left).s, text_bytes(TLK_SMALLEST).s);
    else if (limited)
        complain("Files may not grow large enough: raise ulimit -f.");
    return small || full || limited;
}

static void explain_nothing(const char *command, const char *directory)
{
    complain("%s left no recording in \"%s\".", command, directory);
    fputs("timerleak: Usual reasons:\n"
          "    LD_PRELOAD was cleared on the way (sudo, su, env -i): record what comes behind "
          "it, as in sudo timerleak record COMMAND\n"
          "    the process may not write there (another user, a chroot, a sandbox): "
          "write elsewhere with -o\n"
          "    something on this machine or in the environment: timerleak doctor COMMAND\n",
          stderr);
}

static void explain_unwritten(const struct presence *presence, const char *directory)
{
    complain("%s could not be written to \"%s\"%s%s.",
             text_plural(presence->unwritten, "recording", "recordings").s, directory,
             presence->error ? ": " : "", presence->error ? strerror(presence->error) : "");
}

/* Most programs make none, and leave nothing. */
static void tell_no_timers(const struct presence *presence, const char *command)
{
    if (presence->programs > 1)
        complain("%s: 0 timers created; %s programs ran in all", command,
                 text_count(presence->programs).s);
    else
        complain("%s: 0 timers created", command);
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

static void explain_became(const struct launch *launch)
{
    complain("%s became another program, of which there is no recording: it may be "
             "static or setuid, or LD_PRELOAD was cleared.",
             launch->command[0]);
}

static void explain_missing(const struct presence *presence, const struct launch *launch,
                            const char *directory, bool explained)
{
    if (was_chosen(launch) && presence->programs == 0)
        complain("nothing was recorded: no program that ran and could be recorded has a "
                 "name that \"%s\" matches.",
                 launch->exe);
    else if (explained)
        complain("%s left no recording, for the reason above.", launch->command[0]);
    else if (explain_obstacle(launch->command[0], directory))
        return;
    else if (presence->unwritten > 0)
        explain_unwritten(presence, directory);
    else if (presence->became && !was_chosen(launch))
        explain_became(launch);
    else if (was_chosen(launch))
        complain("%s ran whose name \"%s\" matches: 0 timers created",
                 text_plural(presence->programs, "program", "programs").s, launch->exe);
    else if (presence->own && !presence->begun)
        tell_no_timers(presence, launch->command[0]);
    else
        explain_nothing(launch->command[0], directory);
}

/* The last image left a recording, or at least an entry; without a register, by the recording. */
static bool became_unseen(const struct session_recording *own, const struct presence *presence)
{
    return presence->own ? presence->became : own->end == TLK_EXECED;
}

void session_tell(const struct session *session, const struct session_recording *kept)
{
    struct programs programs = {0};
    for (size_t i = 0; i < session->count; i++)
        take_recording(&programs, &session->recordings[i], &session->recordings[i] == kept);
    print_programs(&programs);
}

void session_report(const struct session *session, const struct presence *presence,
                    const struct launch *launch, const char *directory, bool explained)
{
    const struct session_recording *own = last_own(session), *kept = own;
    if (own == NULL && was_chosen(launch) && session->count > 0)
        kept = &session->recordings[session->count - 1];
    session_tell(session, kept);
    if (kept == NULL)
        explain_missing(presence, launch, directory, explained);
    else if (own != NULL && became_unseen(own, presence) && !was_chosen(launch))
        explain_became(launch);
}
