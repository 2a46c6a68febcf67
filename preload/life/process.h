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
 * For a hook that finds the gate shut: begins recording if that is only waiting for a first use of
 * timers, before the shim's constructor has run or in a forked child, and makes the system calls
 * that this takes. It keeps errno. In a child it allocates nothing, so that a signal handler may be
 * the first; before the constructor it loads libunwind. True when the gate is open now.
 */
bool process_wake(void);

/* To be called at a clean exit, while the ledger is still open. There is room for a few. */
void process_before_end(void (*function)(void));

/* The process is about to become another program, or couldn't after all; or to end at once. */
bool process_note_exec(void);
void process_note_exec_failed(void);
void process_note_exit(int status);

#endif
