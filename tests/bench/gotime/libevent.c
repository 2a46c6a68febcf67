/* libevent.c - libevent's timers, with its locks. */
#include <event2/event.h>
#include <event2/thread.h>

#include "shots.h"

struct item {
    struct event *event;
};

static const bool thread_safe = true;
static struct event_base *base;

static void on_timer(evutil_socket_t fd, short what, void *shot)
{
    (void)fd;
    (void)what;
    shot_fire((struct shot *)shot);
}

static struct timeval timeval_of(int64_t duration)
{
    uint64_t us = microseconds(duration);

    return (struct timeval){.tv_sec = (time_t)(us / 1000000), .tv_usec = (long)(us % 1000000)};
}

static void engine_open(const char *variant)
{
    (void)variant;
    check(!evthread_use_pthreads() && (base = event_base_new()), "event_base_new");
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    struct timeval in = timeval_of(duration);

    item->event = evtimer_new(base, on_timer, shot);
    check(item->event && !evtimer_add(item->event, &in), "evtimer_add");
}

static void item_stop(struct item *item)
{
    evtimer_del(item->event);
    event_free(item->event);
}

static void item_reset(struct item *item, int64_t duration)
{
    struct timeval in = timeval_of(duration);

    evtimer_add(item->event, &in);
}

static void batch_end(void)
{
}

static void clock_refresh(void)
{
}

static void shots_wait(struct item *items)
{
    (void)items;
    event_base_dispatch(base);
}

#include "suites.h"
