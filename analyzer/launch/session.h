/*
 * session.h - the recordings that one run of `timerleak record` left, and what only the launcher
 * can add to them: how the program ended when it could not note that itself.
 */
#ifndef TIMERLEAK_SESSION_H
#define TIMERLEAK_SESSION_H

#include "launch/launch.h"
#include "launch/presence.h"

#include "recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session_recording {
    char *path;          /* directory as given, a slash, the name */
    int32_t pid;         /* of its header, as are the next */
    int32_t forked_from; /* 0: it was not */
    uint64_t start_ticks, start_mono, start_real, start_boot;
    enum tlk_end end;
    bool own; /* of the program itself, not of a child */

    /* Known after session_finish(). */
    bool running; /* its process is still there */
    bool idle;    /* nobody has it mapped any more */
};

struct session {
    struct session_recording *recordings; /* by start time */
    size_t count, room;
};

/* A number that no other session has, and is not 0. */
uint64_t session_new(void);

/*
 * Finds the recordings of a session in a directory; `program` is the process that was launched, by
 * what their headers say. Files that are no recordings, or of other sessions, are passed over.
 * False, with errno set, if the directory can't be read. The caller calls session_free() in either
 * case.
 */
bool session_find(struct session *session, const char *directory, uint64_t number, pid_t program);
void session_free(struct session *session);

/*
 * Notes how the program ended in its recordings that do not say: the last one gets the signal or
 * the exit status, earlier ones became another program. Gives back the blocks that recordings of
 * ended processes had allocated ahead. Tells on stderr what could not be written.
 */
void session_finish(struct session *session, const struct launched *launched);

/*
 * A line on stderr for each program of a finished session. Recordings of ended processes are
 * removed if they never had a timer: processes that were killed may have left one. Not `kept`,
 * which may be NULL.
 */
void session_tell(const struct session *session, const struct session_recording *kept);

/*
 * The same, where the program's own is kept, or the last of those that were chosen. If the program
 * itself left none, says that it made no timer; or,
 * where the shim was not loaded into it, or could not write, why that may be, and what to do,
 * unless that was `explained` before, or only some programs were to be recorded and one was.
 */
void session_report(const struct session *session, const struct presence *presence,
                    const struct launch *launch, const char *directory, bool explained);

#endif
