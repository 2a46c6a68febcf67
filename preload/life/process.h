/*
 * process.h - the life of the recorded process: start, fork, exec, exit.
 */
#ifndef TIMERLEAK_PROCESS_H
#define TIMERLEAK_PROCESS_H

#include <stdbool.h>

#include "core/lock.h"

/* Guards what families keep beside the ledger: fork() takes it with those of the tables. */
extern struct lock family_lock;

/*
 * Most programs make no timer, and most forked children only exec: a recording is begun when the
 * first timer is made or an inherited one used, or a child ends with one; see also below.
 *
 * For a hook that finds the gate not open: begins it if that is all that it waits for, and makes
 * the system calls that this takes. It keeps errno and needs little of the stack. It allocates
 * nothing, so that a signal handler may be the first; unless the constructor has not run yet: then
 * it loads libunwind. True when the gate is open now.
 */
bool process_wake(void);

/*
 * The program is about to take something from itself that a recording needs to begin or to grow:
 * system calls, the folder of recordings, the right to write there, room. Async-signal-safe.
 */
void process_before_closing(void);

/* One of CLOSING_CALLS is about to be made by syscall(). */
void process_note_call(long number, const unsigned long *argument);

/* X(number): calls that take something from the program, or may, and are made by number at times.
 */
#define CLOSING_CALLS(X)                                                                           \
    X(SYS_prctl)                                                                                   \
    X(SYS_seccomp)                                                                                 \
    X(SYS_landlock_restrict_self)                                                                  \
    X(SYS_chroot)                                                                                  \
    X(SYS_pivot_root)                                                                              \
    X(SYS_unshare)                                                                                 \
    X(SYS_setns)                                                                                   \
    X(SYS_setuid)                                                                                  \
    X(SYS_setreuid)                                                                                \
    X(SYS_setresuid)                                                                               \
    X(SYS_setgid)                                                                                  \
    X(SYS_setregid)                                                                                \
    X(SYS_setresgid)                                                                               \
    X(SYS_setgroups)                                                                               \
    X(SYS_capset)                                                                                  \
    X(SYS_prlimit64)

/* To be called at a clean exit, while the ledger is still open. There is room for a few. */
void process_before_end(void (*function)(void));

/* The process is about to become another program, or couldn't after all; or to end at once. */
bool process_note_exec(void);
void process_note_exec_failed(void);
void process_note_exit(int status);

#endif
