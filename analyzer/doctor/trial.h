/*
 * trial.h - the proof that recording works: this very command, run with the shim preloaded.
 */
#ifndef TIMERLEAK_TRIAL_H
#define TIMERLEAK_TRIAL_H

#include "recording.h" /* preload's: the layout */

#include <limits.h>
#include <stdbool.h>

struct trial {
    bool recorded;
    bool unreadable;            /* there is a recording, but one that this command can't read */
    enum tlk_unwinder unwinder; /* that the shim chose */
    char problem[PATH_MAX];     /* why there is no recording; "" if nobody said */
};

/*
 * Runs a program (NULL-terminated, a path first; its output is lost) with the shim and what is
 * preloaded already, and reads the recording. All happens in a new directory below TMPDIR or /tmp,
 * which is removed. TIMERLEAK_* variables have no say.
 */
void trial_run(struct trial *trial, const char *shim, char *const *argv);

#endif
