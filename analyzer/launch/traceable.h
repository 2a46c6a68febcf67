/*
 * traceable.h - whether a shim can be preloaded into a program, and if not, why.
 *
 * The dynamic loader skips LD_PRELOAD silently, or with a line that few understand. Whoever is
 * about to wait for a recording that cannot come is told before.
 */
#ifndef TIMERLEAK_TRACEABLE_H
#define TIMERLEAK_TRACEABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

enum trace_obstacle {
    TRACE_NONE,
    TRACE_MISSING,        /* no such file */
    TRACE_NOT_EXECUTABLE, /* a file, but not one to execute */
    TRACE_STATIC,         /* no dynamic loader, so nothing that preloads */
    TRACE_MACHINE,        /* for another machine than the shim */
    TRACE_32_BITS,        /* no shim can be built for such programs */
    TRACE_LIBC,           /* uses another C library than the shim, which could stop it */
    TRACE_SETID,          /* setuid or setgid: the loader refuses foreign libraries */
    TRACE_CAPABILITIES,   /* file capabilities: likewise */
    TRACE_STATIC_GO,      /* as TRACE_STATIC, and of little use if it were not */
    TRACE_GO,             /* none to the shim, but the Go runtime makes system calls by itself */
};

struct traceable {
    enum trace_obstacle obstacle;
    char program[PATH_MAX];   /* the file that was judged: COMMAND, or what interprets it */
    bool interpreted;         /* COMMAND is a script, `program` what runs it */
    char sanitizer[NAME_MAX]; /* soname of a sanitizer that must be loaded first; "" if none */
};

/*
 * Judges what execvp(3) would run for `command`: follows PATH, and scripts to their interpreter.
 * `shim` is the library to be preloaded. The files are read with suspicion: a malformed one has no
 * obstacle that we know of, and running it will tell.
 */
void traceable_judge(struct traceable *judged, const char *command, const char *shim);

/* Whether there is a program at all, if not one that can be traced. */
bool traceable_runs(const struct traceable *judged);

/* Whether the shim is loaded into it: timers of its C code, at least, are seen. */
bool traceable_loads(const struct traceable *judged);

/* The obstacle, as what is said of a program, and what to do about it; NULL for TRACE_NONE. */
const char *traceable_why(const struct traceable *judged);
const char *traceable_remedy(const struct traceable *judged);

/* Explains the obstacle, and what to do about it. Prints nothing for TRACE_NONE. */
void traceable_explain(const struct traceable *judged, const char *command, FILE *to);

#endif
