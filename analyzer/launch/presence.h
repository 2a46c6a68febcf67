/*
 * presence.h - the register of a session: which programs the shim was loaded into, whether or not
 * they left a recording.
 */
#ifndef TIMERLEAK_LAUNCH_PRESENCE_H
#define TIMERLEAK_LAUNCH_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct presence {
    int fd;     /* of the register; -1: none could be made, and nothing is known */
    char *path; /* where it lies */

    /* Known after presence_read(). */
    size_t programs;  /* that the shim was loaded into */
    size_t unwritten; /* times that one had something to record, and could not */
    int error;        /* errno of the last of these */
    bool own;         /* the program itself was one of them */
    bool begun;       /* and began a recording with something in it */
    bool became;      /* and became one that was not */
};

/* Makes the register, in the directory of recordings. */
void presence_begin(struct presence *presence, const char *directory, uint64_t session);

/* Once the program has ended; `program` is its number. */
void presence_read(struct presence *presence, pid_t program);

/* Removes the register. */
void presence_end(struct presence *presence);

#endif
