/*
 * held.h - the timers that a process holds, each with all that leads to it.
 */
#ifndef TIMERLEAK_OUTSIDE_HELD_H
#define TIMERLEAK_OUTSIDE_HELD_H

#include "outside/host.h"

/* Descriptors, the lowest first. */
struct held_numbers {
    uint64_t *list;
    size_t count, room;
};

struct held_timer {
    const struct kernel_timer *timer; /* under its lowest descriptor */
    struct held_numbers descriptors;  /* none: it is a POSIX timer */
    struct held_numbers epolls;       /* whose sets it is in */
};

struct held {
    struct held_timer *list; /* timerfds, then POSIX timers */
    size_t count;
};

/* Of a process that was asked for, whose timers are told apart. The process outlives it. */
void held_make(struct held *held, const struct host_process *process);
void held_free(struct held *held);

#endif
