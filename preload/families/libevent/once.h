/*
 * once.h - events that libevent makes itself, for one time: for a callback of the program's, or to
 * leave a loop.
 */
#ifndef LIBEVENT_ONCE_H
#define LIBEVENT_ONCE_H

#include "families/libevent/timeouts.h"

/* Else it is called at once, or not taken. */
static bool once_waits(short events, const struct timeval *time)
{
    return time && !(events & (EV_SIGNAL | EV_PERSIST)) &&
           (events & EV_OTHERS || time->tv_sec || time->tv_usec);
}

/* Without a callback it leaves the loop, which libevent would do by a function of its own. */
static struct place *once_begin(struct event_base *base, event_callback callback, void *argument,
                                const struct timeval *time, const struct real *real,
                                const struct timerleak_call *call)
{
    struct place *place = wrap_admits(&libevent) ? place_new(NULL) : NULL;

    if (!place)
        return NULL;
    place->callback = (void (*)(void))callback;
    place->argument = argument;
    place->real = real;
    place->loop = base;
    place->timer = event_timer(call, NULL, 0);
    place->armed = true;
    place_show(place, place);
    wrap_armed_at_birth(place->timer, event_nanoseconds(time), 0, call->caller);
    return place;
}

static void once_end(struct place *place)
{
    event_timer_ends(place);
    place_free(place);
}

static void once_came(int fd, short what, void *argument)
{
    struct place *place = argument;
    const struct real *real = place->real;
    event_callback callback = (event_callback)place->callback;

    argument = place->argument;
    if (what & EV_TIMEOUT)
        wrap_fired(place->timer);
    once_end(place);
    if (callback)
        callback(fd, what, argument);
    else if (argument)
        real->event_base_loopexit(argument, NULL);
    else
        real->event_loopexit(NULL);
}

/* `waiting`: the call in place of `plain`, the program's own. */
#define ONCE_HOOK(name, parameters, waits, base, callback, argument, waiting, plain)               \
    HOOK(int, name, parameters)                                                                    \
    {                                                                                              \
        WRAP_BEGIN(libevent);                                                                      \
        struct place *place = NULL;                                                                \
        int result;                                                                                \
                                                                                                   \
        if (call.users && (waits))                                                                 \
            place = once_begin(base, callback, argument, time, real, WRAP_CALL(#name, NULL));      \
        result = place ? real->waiting : real->plain;                                              \
        if (place && result != 0)                                                                  \
            once_end(place);                                                                       \
        wrap_end(&call);                                                                           \
        return result;                                                                             \
    }
ONCE_HOOK(event_base_once,
          (struct event_base * base, int fd, short events, event_callback callback, void *argument,
           const struct timeval *time),
          once_waits(events, time) && is_programs((const void *)callback), base, callback, argument,
          event_base_once(base, fd, events, once_came, place, time),
          event_base_once(base, fd, events, callback, argument, time))
ONCE_HOOK(event_once,
          (int fd, short events, event_callback callback, void *argument,
           const struct timeval *time),
          once_waits(events, time) && is_programs((const void *)callback), event_current, callback,
          argument, event_once(fd, events, once_came, place, time),
          event_once(fd, events, callback, argument, time))
ONCE_HOOK(event_base_loopexit, (struct event_base * base, const struct timeval *time),
          base &&once_waits(EV_TIMEOUT, time), base, NULL, base,
          event_base_once(base, -1, EV_TIMEOUT, once_came, place, time),
          event_base_loopexit(base, time))
ONCE_HOOK(event_loopexit, (const struct timeval *time), once_waits(EV_TIMEOUT, time), event_current,
          NULL, NULL, event_once(-1, EV_TIMEOUT, once_came, place, time), event_loopexit(time))

#endif
