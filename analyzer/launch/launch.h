/*
 * launch.h - runs a program with the shim preloaded, and stands in for it: signals that are meant
 * for the program reach it, and how it ends is known.
 */
#ifndef TIMERLEAK_LAUNCH_H
#define TIMERLEAK_LAUNCH_H

#include "recording.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct launch {
    char *const *command; /* NULL-terminated, as for execvp(3) */
    char *preload;        /* the new LD_PRELOAD; NULL: leave it as it is */
    char *hand_on;        /* TIMERLEAK_PRELOAD: LD_PRELOAD for its children; NULL: unset */
    const char *output;   /* TIMERLEAK_OUTPUT: an absolute pattern; NULL: without the shim, and its
                             environment stays as it is */
    const char *families; /* TIMERLEAK_FAMILIES; NULL: leave it as it is */
    const char *exe;      /* TIMERLEAK_EXE; NULL: leave it as it is */
    long sample;          /* TIMERLEAK_SAMPLE; 0: leave it as it is */
    uint64_t session;     /* TIMERLEAK_SESSION, not 0 */
    bool children;        /* false: the program's children are not recorded */
};

struct launched {
    pid_t pid;
    int error;                             /* errno of execvp(3), 0 if the program was run */
    int status;                            /* as from waitpid(2) */
    uint64_t end_mono, end_real, end_boot; /* when it had ended, ns on each clock */
};

/*
 * Runs the command and waits for its end. Meanwhile SIGINT and SIGQUIT are ignored, for the
 * terminal sends them to the program as well; SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 are passed on.
 * The program starts with the signal mask and dispositions that this process was started with.
 * False, with errno set, if no process could be made.
 */
bool launch_run(const struct launch *launch, struct launched *launched);

/*
 * Ends this process as the program ended: by the same signal, but without another core dump.
 * Returns the exit status to use if the program ended by itself.
 */
int launch_end_alike(int status);

#endif
