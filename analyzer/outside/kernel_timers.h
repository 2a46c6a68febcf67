/*
 * kernel_timers.h - the kernel's own list of a running process's timers, from /proc.
 */
#ifndef TIMERLEAK_OUTSIDE_KERNEL_TIMERS_H
#define TIMERLEAK_OUTSIDE_KERNEL_TIMERS_H

#include "recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_timer {
    uint64_t family; /* TLK_POSIX or TLK_TIMERFD */
    uint64_t id;     /* descriptor, or the kernel's timer id */
    int clock;
    /* Of a timerfd; of a POSIX timer the kernel tells none of these. */
    uint64_t ticks;          /* expirations that nobody has read */
    uint64_t left, interval; /* ns; 0: it is not running, it is not periodic */
    /* Of a POSIX timer. */
    uint64_t value; /* sigev_value */
    int signal;     /* 0: none */
    bool to_thread; /* the signal goes to one thread: so does the C library's helper's */
    /* For the caller. */
    bool matched;
    uint32_t number; /* the same for all that are one timer */
    bool shared;     /* another process has it, too */
};

struct kernel_timers {
    struct kernel_timer *timers;
    size_t count, room;
    size_t descriptors; /* open ones, of any kind */
};

/*
 * Reads the list; the caller frees list->timers. False, with errno set, if there is no such
 * process, or it may not be looked at, or the kernel has no list of POSIX timers.
 */
bool kernel_timers_read(struct kernel_timers *list, pid_t pid);

/* The same for timerfds alone, and then for POSIX timers, behind them. */
bool kernel_timerfds_read(struct kernel_timers *list, pid_t pid);
bool kernel_posix_read(struct kernel_timers *list, pid_t pid);

/*
 * A timerfd is unread while it has expirations that nobody has read: a periodic one does not run on
 * before that is done. Else it is armed, or idle.
 */
enum kernel_state { KERNEL_ARMED, KERNEL_UNREAD, KERNEL_IDLE, KERNEL_STATES };
enum kernel_state kernel_timer_state(const struct kernel_timer *timer);
const char *kernel_state_name(enum kernel_state state);

/* An epoll set of a process, and a descriptor in it. */
struct kernel_watch {
    uint64_t epoll, descriptor;
};

struct kernel_watches {
    struct kernel_watch *list;
    size_t count, room;
};

/* What is in the epoll sets of a process; nothing if that can't be read. The caller frees the list.
 */
void kernel_watches_read(struct kernel_watches *watches, pid_t pid);

/* Whether it is still what that descriptor leads to; true too if the kernel won't say. */
bool kernel_watch_holds(pid_t pid, const struct kernel_watch *watch);

/* Whether two descriptors of a process share one timer; false too if the kernel won't say. */
bool kernel_same_timer(pid_t pid, uint64_t a, uint64_t b);

/*
 * For qsort: an order of descriptors, of any processes, in which those that share a timer come
 * together and compare as 0. Where the kernel won't say, none does.
 */
int kernel_compare(pid_t left_pid, uint64_t left, pid_t right_pid, uint64_t right);

#endif
