/*
 * examinations.h - what `timerleak doctor` looks at. Each adds its remarks to the diagnosis.
 */
#ifndef TIMERLEAK_EXAMINATIONS_H
#define TIMERLEAK_EXAMINATIONS_H

#include "doctor/diagnosis.h"

#include "recording.h" /* preload's: the layout */

#include <limits.h>

/* ---- the proof that recording works: a program, run with the shim preloaded ---- */

struct trial {
    bool recorded;
    bool unreadable;            /* there is a recording, but one that this command can't read */
    enum tlk_unwinder unwinder; /* that the shim chose */
    char problem[PATH_MAX];     /* why there is no recording; "" if nobody said */
};

#define TRIAL_RECORDING "trial.tlk"

/*
 * Runs a program (NULL-terminated, a path first; its output is lost) with the shim and what is
 * preloaded already, and reads the recording. Without a shim, NULL, the program itself is to write
 * TRIAL_RECORDING where it is run: in a new directory below TMPDIR or /tmp, which is removed.
 * TIMERLEAK_* variables have no say.
 */
void trial_run(struct trial *trial, const char *shim, char *const *argv);

/* ---- examinations ---- */

/* What TIMERLEAK_* variables and LD_PRELOAD ask for. */
void examine_environment(struct diagnosis *diagnosis);

/*
 * The shim: whether there is one, and whether a program with it is recorded. `shim` takes its path,
 * "" if there is none.
 */
void examine_shim(struct diagnosis *diagnosis, char shim[PATH_MAX], struct trial *trial);

/* What takes stacks, and what names are known for the C library's part of them. */
void examine_stacks(struct diagnosis *diagnosis, const struct trial *trial);

/* What kernel and container let the shim, gotime and `timerleak verify` do. */
void examine_kernel(struct diagnosis *diagnosis, const struct trial *trial);

/* Whether `timerleak trace` is there, and what it is allowed to do here. */
void examine_tracing(struct diagnosis *diagnosis);

/* Where recordings would go: the working directory, and what TIMERLEAK_OUTPUT names. */
void examine_directories(struct diagnosis *diagnosis);

/* The resource limits that timers run into, and those that a recording does. */
void examine_limits(struct diagnosis *diagnosis);

/* The program that a command runs; it is not run. */
void examine_program(struct diagnosis *diagnosis, const char *command, const char *shim);

/*
 * The calls of a program and of the libraries that it is linked with: what of its timers is seen,
 * and by which objects beside the shim.
 */
void examine_calls(struct diagnosis *diagnosis, const char *program, const char *shim);

/*
 * The names of functions, files and lines that are known for a file; `name` is what to call it,
 * `lack` how bad it is if some are not.
 */
void examine_names(struct diagnosis *diagnosis, const char *path, const char *name,
                   enum health lack);

#endif
