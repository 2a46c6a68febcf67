/*
 * proc.h - what /proc tells of a process that may still run.
 */
#ifndef TIMERLEAK_BASE_PROC_H
#define TIMERLEAK_BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* When it started, in ticks since the boot; false if no process runs that has this number. */
bool proc_start(pid_t pid, uint64_t *ticks);

/* The number of its parent; 0 if there is none, or that can't be read. */
pid_t proc_parent(pid_t pid);

/* Whether it runs, and is no thread of the kernel. */
bool proc_is_program(pid_t pid);

/* Whether the process runs that had this number and start time (field 22 of /proc/PID/stat). */
bool proc_alive(pid_t pid, uint64_t start_ticks);

/* When a process started, CLOCK_REALTIME, to a tick; UINT64_MAX if there is none of that number. */
uint64_t proc_started(pid_t pid);

/* What a thread of it is called; "" if that can't be read, as once it has ended. */
struct thread_name {
    char s[32];
};
struct thread_name proc_thread_name(pid_t pid, pid_t thread);

/* How many descriptors it has open; 0 if that can't be read. */
uint64_t proc_descriptors(pid_t pid);

/* How many it may have open; UINT64_MAX if there is no limit, or that can't be read. */
uint64_t proc_most_descriptors(pid_t pid);

/*
 * Queued signals, POSIX timers included, of all processes of its user, and how many of them it may
 * have queued; 0 and UINT64_MAX if that can't be read.
 */
uint64_t proc_pending_signals(pid_t pid, uint64_t *limit);

/*
 * What is in /proc/PID/NAME, with blanks where it has NULs; "" if that can't be read. The caller
 * frees it.
 */
char *proc_text(pid_t pid, const char *name);

#endif
