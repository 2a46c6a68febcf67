/*
 * bufferevents.h - the timeouts of bufferevents. What goes on within one is seen where it calls
 * back for an event: libevent has disabled then what it was for. That data came in time is not
 * seen, nor whether there is any to write: a timeout to write is told to be set when it fires.
 *
 * There is a place for each direction; the first holds the program's callback. Its note is the
 * timeout, ns.
 */
#ifndef LIBEVENT_BUFFEREVENTS_H
#define LIBEVENT_BUFFEREVENTS_H

#include "families/libevent/timeouts.h"

#define BEV_READING 0x01
#define BEV_WRITING 0x02
#define BEV_TIMEOUT 0x40

enum direction { TO_READ, TO_WRITE };

static const void *bufferevent_key(const struct bufferevent *buffer, enum direction direction)
{
    return (const char *)buffer + direction;
}

static struct place *bufferevent_place(const struct bufferevent *buffer, enum direction direction)
{
    const void *key = bufferevent_key(buffer, direction);
    struct place *place = place_find(key);

    if (!place)
        place = place_new(key);
    return place;
}

static void bufferevent_armed(struct place *place, uint64_t delay, const void *caller)
{
    place->armed = true;
    wrap_armed(place->timer, delay, 0, caller);
}

static void bufferevent_at_rest(struct place *place)
{
    place->armed = false;
    wrap_stopped(place->timer);
}

static void bufferevent_ended(const struct bufferevent *buffer, enum direction direction,
                              short what)
{
    struct place *place = place_find(bufferevent_key(buffer, direction));

    if (!place || !(what & (direction == TO_READ ? BEV_READING : BEV_WRITING)))
        return;
    if (what & BEV_TIMEOUT && !place->armed)
        bufferevent_armed(place, 0, NULL);
    if (what & BEV_TIMEOUT)
        wrap_fired(place->timer);
    bufferevent_at_rest(place);
}

static void bufferevent_happened(struct bufferevent *buffer, short what, void *argument)
{
    const struct place *place = place_find(buffer);

    if (!place)
        return;
    bufferevent_callback callback = (bufferevent_callback)place->callback;

    bufferevent_ended(buffer, TO_READ, what);
    bufferevent_ended(buffer, TO_WRITE, what);
    callback(buffer, what, argument);
}

HOOK(void, bufferevent_setcb,
     (struct bufferevent * buffer, data_callback to_read, data_callback to_write,
      bufferevent_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && is_programs((const void *)callback)
                              ? bufferevent_place(buffer, TO_READ)
                              : NULL;

    if (place)
        place->callback = (void (*)(void))callback;
    real->bufferevent_setcb(buffer, to_read, to_write, place ? bufferevent_happened : callback,
                            argument);
    wrap_end(&call);
}

HOOK(void, bufferevent_getcb,
     (struct bufferevent * buffer, data_callback *to_read, data_callback *to_write,
      bufferevent_callback *callback, void **argument))
{
    WRAP_BEGIN(libevent);
    const struct place *place = place_find(buffer);

    real->bufferevent_getcb(buffer, to_read, to_write, callback, argument);
    if (place && callback && *callback == bufferevent_happened)
        *callback = (bufferevent_callback)place->callback;
    wrap_end(&call);
}

static void bufferevent_timed(struct bufferevent *buffer, const struct real *real,
                              const struct timeval *const times[2],
                              const struct timerleak_call *call)
{
    for (enum direction direction = TO_READ; direction <= TO_WRITE; direction++) {
        const struct timeval *time = times[direction];
        struct place *place = bufferevent_place(buffer, direction);

        if (!place)
            continue;
        place->note = time ? event_nanoseconds(time) : 0;
        if (!place->note)
            event_timer_ends(place);
        else if (!place->timer)
            place->timer = event_timer(call, buffer, 0);
        if (place->note && direction == TO_READ && real->bufferevent_get_enabled(buffer) & EV_READ)
            bufferevent_armed(place, place->note, call->caller);
        else
            place->armed = false;
    }
}

HOOK(int, bufferevent_set_timeouts,
     (struct bufferevent * buffer, const struct timeval *to_read, const struct timeval *to_write))
{
    WRAP_BEGIN(libevent);
    const struct timeval *const times[2] = {to_read, to_write};
    int result = real->bufferevent_set_timeouts(buffer, to_read, to_write);

    if (call.users && !wrap_parts(&libevent, __builtin_return_address(0)))
        bufferevent_timed(buffer, real, times, WRAP_CALL("bufferevent_set_timeouts", NULL));
    wrap_end(&call);
    return result;
}

HOOK(void, bufferevent_settimeout, (struct bufferevent * buffer, int to_read, int to_write))
{
    WRAP_BEGIN(libevent);
    struct timeval reads = {.tv_sec = to_read}, writes = {.tv_sec = to_write};
    const struct timeval *const times[2] = {&reads, &writes};

    real->bufferevent_settimeout(buffer, to_read, to_write);
    if (call.users && !wrap_parts(&libevent, __builtin_return_address(0)))
        bufferevent_timed(buffer, real, times, WRAP_CALL("bufferevent_settimeout", NULL));
    wrap_end(&call);
}

HOOK(int, bufferevent_enable, (struct bufferevent * buffer, short events))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && events & EV_READ ? place_find(buffer) : NULL;

    if (place && place->note && !place->armed)
        bufferevent_armed(place, place->note, __builtin_return_address(0));
    int result = real->bufferevent_enable(buffer, events);

    wrap_end(&call);
    return result;
}

HOOK(int, bufferevent_disable, (struct bufferevent * buffer, short events))
{
    WRAP_BEGIN(libevent);
    int result = real->bufferevent_disable(buffer, events);
    struct place *place = call.users && events & EV_READ ? place_find(buffer) : NULL;

    if (place && place->armed)
        bufferevent_at_rest(place);
    wrap_end(&call);
    return result;
}

/* Also by another part of libevent that has made it, whose timeouts the program has set. */
HOOK(void, bufferevent_free, (struct bufferevent * buffer))
{
    WRAP_BEGIN(libevent);
    struct place *places[] = {place_find(bufferevent_key(buffer, TO_READ)),
                              place_find(bufferevent_key(buffer, TO_WRITE))};

    for (size_t i = 0; i < 2; i++)
        if (places[i])
            event_timer_ends(places[i]);
    real->bufferevent_free(buffer);
    for (size_t i = 0; i < 2; i++)
        if (places[i])
            place_free(places[i]);
    wrap_end(&call);
}

#endif
