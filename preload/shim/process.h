/*
 * process.h - the life of the recorded process: start, fork, exec, exit.
 */
#ifndef TIMERLEAK_PROCESS_H
#define TIMERLEAK_PROCESS_H

#include <stdbool.h>

/*
 * For a hook that makes a timer and finds the gate shut: begins recording if that is only waiting
 * for a first timer (before the shim's constructor has run, in a forked child). True when the gate
 * is open now.
 */
bool process_wake(void);

/* The process is about to become another program, or couldn't after all; or to end at once. */
bool process_note_exec(void);
void process_note_exec_failed(void);
void process_note_exit(int status);

#endif
