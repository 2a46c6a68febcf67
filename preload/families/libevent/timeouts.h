/*
 * timeouts.h - an event's timeout, from the call that sets it until it comes, and the place that
 * its event has.
 */
#ifndef LIBEVENT_TIMEOUTS_H
#define LIBEVENT_TIMEOUTS_H

#include <time.h>

#include "families/libevent/libevent.h"

/* Not one of libevent's own making, in whichever part of it. */
static bool is_programs(const void *callback)
{
    return callback && !wrap_holds(&libevent, callback);
}

static uint64_t event_timer(const struct timerleak_call *call, const void *handle, size_t retained)
{
    if (!wrap_admits(&libevent))
        return 0;
    return timerleak_ledger.created(&(struct timerleak_birth){.call = call,
                                                              .family = libevent.number,
                                                              .clock = CLOCK_MONOTONIC,
                                                              .handle = (uintptr_t)handle,
                                                              .kept = true,
                                                              .retained = retained});
}

/* So that it is told once, whoever else does. */
static void event_timer_ends(struct place *place)
{
    wrap_released(__atomic_exchange_n(&place->timer, 0, __ATOMIC_ACQ_REL));
}

/* Its timeout is pending no more: because it fired, which was told, or without. */
static void event_at_rest(struct place *place)
{
    if (!__atomic_exchange_n(&place->armed, false, __ATOMIC_ACQ_REL))
        return;
    if (place->note & NOTE_KEPT)
        wrap_stopped(place->timer);
    else
        event_timer_ends(place);
}

/* Of one of the common timeouts, which are marked, and numbered, above the microseconds. */
static uint64_t event_nanoseconds(const struct timeval *time)
{
    uint64_t microseconds = (uint64_t)time->tv_usec;

    if ((microseconds & 0xf0000000u) == 0x50000000u)
        microseconds &= 0xfffffu;
    return (uint64_t)time->tv_sec * 1000000000u + microseconds * 1000u;
}

/* Before libevent knows of the timeout: another thread's loop may be quicker. */
static void event_armed(struct place *place, const struct event *event, const struct timeval *time,
                        const struct timerleak_call *call)
{
    const struct real *real = place->real;
    uint64_t delay = event_nanoseconds(time);
    uint64_t period = real->event_get_events(event) & EV_PERSIST ? delay : 0;
    uint64_t kept = place->note & NOTE_KEPT;
    bool born = !kept && !place->armed;

    if (born)
        place->timer = event_timer(call, event, 0);
    place->loop = real->event_get_base(event);
    place->note = kept | period << NOTE_PERIOD;
    (born ? wrap_armed_at_birth : wrap_armed)(place->timer, delay, period, call->caller);
    __atomic_store_n(&place->armed, true, __ATOMIC_RELEASE);
}

/*
 * What libevent calls in the place of the program's callback, with the place as the argument. One
 * that is persistent begins its timeout anew, whatever has come; the others are deleted. Who
 * deletes it in another thread may have told that first.
 */
static void event_came(int fd, short what, void *argument)
{
    struct place *place = argument;
    event_callback callback = (event_callback)place->callback;
    uint64_t note = __atomic_fetch_and(&place->note, ~(uint64_t)NOTE_MANUAL, __ATOMIC_ACQ_REL);
    uint64_t period = note >> NOTE_PERIOD;
    bool armed = __atomic_load_n(&place->armed, __ATOMIC_ACQUIRE);

    argument = place->argument;
    if (what & EV_TIMEOUT && !(note & NOTE_MANUAL))
        wrap_fired(place->timer);
    else if (period && armed)
        wrap_armed(place->timer, period, period, NULL);
    if (!period)
        event_at_rest(place);
    callback(fd, what, argument);
}

/* ---- places ---- */

static void event_finalized(struct event *event, void *argument);

/* For an event that is set up now; NULL: it is not the program's, or there is no memory. */
static struct place *place_for(event_callback callback, void *argument, const struct real *real)
{
    struct place *place = is_programs((const void *)callback) ? place_new(NULL) : NULL;

    if (!place)
        return NULL;
    place->callback = (void (*)(void))callback;
    place->argument = argument;
    place->real = real;
    return place;
}

static void event_shown(struct place *place, struct event *event)
{
    const void *self = ((const struct real *)place->real)->event_self_cbarg();

    if (self && place->argument == self)
        place->argument = event;
    place_show(place, event);
}

/* Of one that was; NULL: it is not the program's, or not wrapped. */
static struct place *event_place(const struct event *event, const struct real *real)
{
    const void *callback = (const void *)real->event_get_callback(event);

    return callback == (const void *)event_came || callback == (const void *)event_finalized
               ? real->event_get_callback_arg(event)
               : NULL;
}

/* Its own: an event that was copied, in memory of the program's, is another. Its argument is
 * changed where it is. */
static struct place *event_own_place(struct event *event, const struct real *real)
{
    struct place *original = event_place(event, real), *place;
    const void **words = (const void **)event;

    if (!original || (original->shown && original->key == event))
        return original;
    place = place_for((event_callback)original->callback, original->argument, original->real);
    if (!place)
        return NULL;
    for (size_t i = 0; i < real->event_get_struct_event_size() / sizeof(*words); i++)
        if (words[i] == original)
            words[i] = place;
    event_shown(place, event);
    return place;
}

#endif
