/*
 * libev.h - what the programs that use libev share.
 */
#ifndef SUPPORT_LIBEV_H
#define SUPPORT_LIBEV_H

/* Its macros for watchers do so. */
#pragma GCC diagnostic ignored "-Wstrict-aliasing"
#include <ev.h>
#include "timers.h"
#include "transparency.h"

#define HOUR 3600.
#define SOON .001

/* Counts at what the watcher's data is. */
static inline void count(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    ++*(int *)timer->data;
}

static inline void timer_ready(ev_timer *timer, double after, double repeat, int *counter)
{
    ev_timer_init(timer, count, after, repeat);
    timer->data = counter;
}

/* Runs the loop until the counter has come so far. */
static inline void run_until(struct ev_loop *loop, const int *counter, int enough)
{
    while (*counter < enough)
        ev_run(loop, EVRUN_ONCE);
}

#endif
