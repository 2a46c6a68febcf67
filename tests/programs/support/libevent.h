/*
 * libevent.h - what the programs that use libevent share.
 */
#ifndef SUPPORT_LIBEVENT_H
#define SUPPORT_LIBEVENT_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include "timers.h"
#include "transparency.h"

static inline struct timeval milliseconds(long ms)
{
    return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

static inline void add_for(struct event *event, long ms)
{
    struct timeval time = milliseconds(ms);
    fail_if(event_add(event, &time) != 0, "event_add");
}

static inline void count(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    ++*(int *)argument;
}

/* Runs the loop until the counter has come so far. */
static inline void run_until(struct event_base *base, const int *counter, int enough)
{
    while (*counter < enough)
        fail_if(event_base_loop(base, EVLOOP_ONCE) < 0, "event_base_loop");
}

#endif
