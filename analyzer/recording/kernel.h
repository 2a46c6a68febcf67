/*
 * kernel.h - the kernel's own list of a running process's timers, from /proc.
 */
#ifndef TIMERLEAK_RECORDING_KERNEL_H
#define TIMERLEAK_RECORDING_KERNEL_H

#include "recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_timer {
    uint64_t family; /* TLK_POSIX or TLK_TIMERFD */
    uint64_t id;     /* descriptor, or the kernel's timer id */
    uint64_t value;  /* sigev_value of a POSIX timer */
    bool to_thread;  /* the signal goes to one thread: so does the C library's helper's */
    int clock;
    bool matched; /* for the caller */
};

struct kernel_timers {
    struct kernel_timer *timers;
    size_t count, room;
};

/*
 * Reads the list; the caller frees list->timers. False, with errno set, if there is no such
 * process, or it may not be looked at, or the kernel has no such list.
 */
bool kernel_timers_read(struct kernel_timers *list, pid_t pid);

/* Whether two descriptors of a process share one timer; false too if the kernel won't say. */
bool kernel_same_timer(pid_t pid, uint64_t a, uint64_t b);

/*
 * The path of the recording that a process has mapped, its own view of it; the caller frees it.
 * NULL if it has none, with errno 0, or if that can't be told, with errno set.
 */
char *kernel_mapped_recording(pid_t pid);

/*
 * Whether a process has that very file mapped to write into it: whatever lies where a path leads,
 * its own recording is one that it could write itself.
 */
bool kernel_has_mapped(pid_t pid, int file);

#endif
