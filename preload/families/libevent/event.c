/*
 * event.c - the timers of libevent. They are two things:
 *
 * - An event that waits for nothing but time, made by event_new() (evtimer_new() is that), is a
 *   timer from then on until event_free(). So are the timeouts of a bufferevent, from
 *   bufferevent_set_timeouts() to bufferevent_free(): its events are added again and again by
 *   libevent.
 * - Any other event has a timer while a timeout of it is pending: from the event_add() that gave it
 *   one until it fires, is deleted, or what else the event waited for has come. Its memory is the
 *   program's, which may free it without a word when it is not pending; an event that was given no
 *   timeout is nothing to us. event_base_once() is the same with an event of libevent's own.
 *
 * No callback is wrapped. libevent calls its own functions by the names that it exports, so that
 * these calls can be seen: event_add_nolock_() sets an event, event_active_nolock_() makes one
 * active, because its time has come or for another reason. Both are called under the base's lock,
 * which puts in order what several threads do.
 */
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

struct event;
struct event_base;
struct bufferevent;
typedef void (*event_callback)(int, short, void *);
typedef void (*finalize_callback)(struct event *, void *);

/* The first is one that libev has too, which offers some of them: then it is libev that is meant.
 */
#define WRAPPED(X)                                                                                 \
    X(int, event_add, (struct event *, const struct timeval *), WRAP_UNVERSIONED)                  \
    X(int, event_add_nolock_, (struct event *, const struct timeval *, int), WRAP_UNVERSIONED)     \
    X(void, event_active_nolock_, (struct event *, int, short), WRAP_UNVERSIONED)                  \
    X(void, event_active, (struct event *, int, short), WRAP_UNVERSIONED)                          \
    X(struct event *, event_new, (struct event_base *, int, short, event_callback, void *),        \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_assign,                                                                           \
      (struct event *, struct event_base *, int, short, event_callback, void *), WRAP_UNVERSIONED) \
    X(int, event_del, (struct event *), WRAP_UNVERSIONED)                                          \
    X(int, event_del_block, (struct event *), WRAP_UNVERSIONED)                                    \
    X(int, event_del_noblock, (struct event *), WRAP_UNVERSIONED)                                  \
    X(int, event_remove_timer, (struct event *), WRAP_UNVERSIONED)                                 \
    X(void, event_free, (struct event *), WRAP_UNVERSIONED)                                        \
    X(int, event_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)        \
    X(int, event_free_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)   \
    X(int, event_base_once,                                                                        \
      (struct event_base *, int, short, event_callback, void *, const struct timeval *),           \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_once, (int, short, event_callback, void *, const struct timeval *),               \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_base_loopexit, (struct event_base *, const struct timeval *), WRAP_UNVERSIONED)   \
    X(int, event_loopexit, (const struct timeval *), WRAP_UNVERSIONED)                             \
    X(int, bufferevent_set_timeouts,                                                               \
      (struct bufferevent *, const struct timeval *, const struct timeval *), WRAP_UNVERSIONED)    \
    X(void, bufferevent_settimeout, (struct bufferevent *, int, int), WRAP_UNVERSIONED)            \
    X(void, bufferevent_free, (struct bufferevent *), WRAP_UNVERSIONED)
#define ASKED(X)                                                                                   \
    X(event_callback, event_get_callback, (const struct event *), WRAP_UNVERSIONED)                \
    X(short, event_get_events, (const struct event *), WRAP_UNVERSIONED)                           \
    X(struct event_base *, event_get_base, (const struct event *), WRAP_UNVERSIONED)               \
    X(size_t, event_get_struct_event_size, (void), WRAP_UNVERSIONED)
WRAP_FUNCTIONS

#define EV_TIMEOUT 0x01
#define EV_OTHERS (0x02 | 0x04 | 0x08 | 0x80) /* to read, to write, a signal, closed */
#define EV_PERSIST 0x10

static void event_find_lost(void);

static struct wrap_library libevent = {
    WRAP_LIBRARY,
    .family = "libevent",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libevent",
    .reports = "event_active_nolock_",
    .at_end = event_find_lost,
};
WRAP_AT_START(libevent)

/*
 * The key of a place is the event, its argument the base, its callback the code that sets it just
 * now; its note is made of these, and above them of the period in nanoseconds.
 */
enum {
    NOTE_KEPT = 1,   /* it ends with its object, and not with its timeout */
    NOTE_FIRED = 2,  /* libevent sets it anew, because it has fired */
    NOTE_MANUAL = 4, /* event_active() is at work */
    NOTE_PERIOD = 3, /* by so many bits is the period shifted */
};

/* A timer whose event is libevent's own: event_add_nolock_() tells which. */
struct once {
    uint64_t timer;
    const void *caller;
};

static __thread struct once *event_once_begun;

/* ---- places ---- */

static uint64_t event_timer(const struct timerleak_call *call, size_t retained)
{
    return timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = libevent.number,
        .clock = CLOCK_MONOTONIC,
        .kept = true,
        .retained = retained,
    });
}

static struct place *event_place(const void *event, const struct real *real, uint64_t note)
{
    struct place *place = place_new(event);

    if (!place)
        return NULL;
    place->real = real;
    place->note = note;
    return place;
}

static struct place *event_born(const void *event, const struct timerleak_call *call,
                                const struct real *real, uint64_t note, size_t retained)
{
    struct place *place = wrap_admits(&libevent) ? event_place(event, real, note) : NULL;

    if (place)
        place->timer = event_timer(call, retained);
    return place;
}

/* To be freed when no loop can be at it any more. */
static struct place *event_released(const void *event)
{
    struct place *place = place_take(event);

    if (place)
        wrap_released(place->timer);
    return place;
}

static void event_freed(struct place *place)
{
    if (place)
        place_free(place);
}

/* Its timeout is pending no more: because it fired, which was told, or without. */
static void event_at_rest(struct place *place)
{
    if (!(place->note & NOTE_KEPT)) {
        event_freed(event_released(place->key));
        return;
    }
    place->armed = false;
    place->note &= ~(uint64_t)NOTE_FIRED;
    wrap_stopped(place->timer);
}

/* An event is made here: one that is pending still was not deleted. */
static void event_overwritten(const void *event, bool anew)
{
    struct place *place = place_find(event);

    if (!place || (!place->armed && !anew))
        return;
    if (place->armed)
        wrap_lost(place->timer);
    else
        wrap_released(place->timer);
    place_free(place);
}

/* ---- a timeout comes to be ---- */

/* Of one of the common timeouts, which are marked, and numbered, above the microseconds. */
static uint64_t event_nanoseconds(const struct timeval *time)
{
    uint64_t microseconds = (uint64_t)time->tv_usec;

    if ((microseconds & 0xf0000000u) == 0x50000000u)
        microseconds &= 0xfffffu;
    return (uint64_t)time->tv_sec * 1000000000u + microseconds * 1000u;
}

/* What libevent does itself, for a persistent event, is told where something else than the timeout
 * has come, and it begins anew. */
static void event_readded(struct place *place, const struct timeval *time)
{
    uint64_t at = event_nanoseconds(time), now = wrap_monotonic();

    if (!(place->note & NOTE_FIRED))
        wrap_armed(place->timer, at > now ? at - now : 0, place->note >> NOTE_PERIOD, NULL);
    place->note &= ~(uint64_t)NOTE_FIRED;
}

static void event_armed(struct place *place, struct event *event, const struct timeval *time)
{
    const struct real *real = place->real;
    uint64_t delay = event_nanoseconds(time);
    uint64_t period = real->event_get_events(event) & EV_PERSIST ? delay : 0;

    place->armed = true;
    place->argument = real->event_get_base(event);
    place->note = (place->note & NOTE_KEPT) | period << NOTE_PERIOD;
    wrap_armed(place->timer, delay, period, (const void *)place->callback);
    place->callback = NULL;
}

static void once_shown(struct event *event, const struct real *real)
{
    struct place *place = event_place(event, real, 0);

    if (place) {
        place->timer = event_once_begun->timer;
        place->callback = (void (*)(void))event_once_begun->caller;
        event_once_begun->timer = 0;
    }
    event_once_begun = NULL;
}

HOOK(int, event_add_nolock_, (struct event * event, const struct timeval *time, int absolute))
{
    WRAP_BEGIN(libevent);
    int result = real->event_add_nolock_(event, time, absolute);
    struct place *place;

    if (event_once_begun && time && !absolute && result == 0)
        once_shown(event, real);
    place = time && result == 0 ? place_find(event) : NULL;
    if (place && absolute)
        event_readded(place, time);
    else if (place)
        event_armed(place, event, time);
    wrap_end(&call);
    return result;
}

/* Not one of libevent's own making, in whichever part of it. */
static bool is_programs(event_callback callback)
{
    return !wrap_holds(&libevent, (const void *)callback);
}

/* Its place is there before libevent knows of the timeout: another thread's loop may be quicker. */
HOOK(int, event_add, (struct event * event, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && time ? place_find(event) : NULL, *born = NULL;
    int result;

    if (call.users && time && !place && is_programs(real->event_get_callback(event)))
        place = born = event_born(event, WRAP_CALL("event_add", NULL), real, 0, 0);
    if (place)
        place->callback = (void (*)(void))__builtin_return_address(0);
    result = real->event_add(event, time);
    if (born && result != 0)
        event_freed(event_released(event));
    wrap_end(&call);
    return result;
}

HOOK(struct event *, event_new,
     (struct event_base * base, int fd, short events, event_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct event *event = real->event_new(base, fd, events, callback, argument);

    if (event)
        event_overwritten(event, true);
    if (event && call.users && !(events & EV_OTHERS) && is_programs(callback))
        event_born(event, WRAP_CALL("event_new", NULL), real, NOTE_KEPT,
                   real->event_get_struct_event_size());
    wrap_end(&call);
    return event;
}

/* Also for event_new(), event_set(), and libevent's own in memory that has become its. */
HOOK(int, event_assign,
     (struct event * event, struct event_base *base, int fd, short events, event_callback callback,
      void *argument))
{
    WRAP_BEGIN(libevent);
    int result;

    event_overwritten(event, false);
    result = real->event_assign(event, base, fd, events, callback, argument);
    wrap_end(&call);
    return result;
}

static bool once_waits(short events, const struct timeval *time)
{
    return time && (events & EV_OTHERS || time->tv_sec || time->tv_usec);
}

static void once_begin(struct once *once, const struct timerleak_call *call)
{
    if (!wrap_admits(&libevent))
        return;
    *once = (struct once){event_timer(call, 0), call->caller};
    event_once_begun = once;
}

static void once_end(const struct once *once)
{
    event_once_begun = NULL;
    wrap_released(once->timer);
}

HOOK(int, event_base_once,
     (struct event_base * base, int fd, short events, event_callback callback, void *argument,
      const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct once once = {0};
    int result;

    if (call.users && once_waits(events, time) && is_programs(callback))
        once_begin(&once, WRAP_CALL("event_base_once", NULL));
    result = real->event_base_once(base, fd, events, callback, argument, time);
    once_end(&once);
    wrap_end(&call);
    return result;
}

HOOK(int, event_once,
     (int fd, short events, event_callback callback, void *argument, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct once once = {0};
    int result;

    if (call.users && once_waits(events, time) && is_programs(callback))
        once_begin(&once, WRAP_CALL("event_once", NULL));
    result = real->event_once(fd, events, callback, argument, time);
    once_end(&once);
    wrap_end(&call);
    return result;
}

HOOK(int, event_base_loopexit, (struct event_base * base, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct once once = {0};
    int result;

    if (call.users && once_waits(EV_TIMEOUT, time))
        once_begin(&once, WRAP_CALL("event_base_loopexit", NULL));
    result = real->event_base_loopexit(base, time);
    once_end(&once);
    wrap_end(&call);
    return result;
}

HOOK(int, event_loopexit, (const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct once once = {0};
    int result;

    if (call.users && once_waits(EV_TIMEOUT, time))
        once_begin(&once, WRAP_CALL("event_loopexit", NULL));
    result = real->event_loopexit(time);
    once_end(&once);
    wrap_end(&call);
    return result;
}

/* ---- it fires ---- */

/* One that is not persistent is deleted when it is active for whatever reason. */
static void event_activated(struct place *place, int reason)
{
    bool periodic = place->note >> NOTE_PERIOD;

    if (!place->armed)
        return;
    if (!(reason & EV_TIMEOUT) || place->note & NOTE_MANUAL) {
        if (!periodic)
            event_at_rest(place);
        return;
    }
    wrap_fired(place->timer);
    if (periodic)
        place->note |= NOTE_FIRED;
    else
        event_at_rest(place);
}

HOOK(void, event_active_nolock_, (struct event * event, int reason, short calls))
{
    WRAP_BEGIN(libevent);
    struct place *place = place_find(event);

    if (place)
        event_activated(place, reason);
    real->event_active_nolock_(event, reason, calls);
    wrap_end(&call);
}

/* By hand, whatever reason it gives. */
HOOK(void, event_active, (struct event * event, int reason, short calls))
{
    WRAP_BEGIN(libevent);
    struct place *place = place_find(event);

    if (place)
        place->note |= NOTE_MANUAL;
    real->event_active(event, reason, calls);
    place = place ? place_find(event) : NULL;
    if (place)
        place->note &= ~(uint64_t)NOTE_MANUAL;
    wrap_end(&call);
}

/* ---- it ends ---- */

static void event_deleted(const struct event *event)
{
    struct place *place = place_find(event);

    if (place && place->armed)
        event_at_rest(place);
}

/* These are not only the program's: event_base_free() deletes what is pending. */
HOOK(int, event_del, (struct event * event))
{
    WRAP_BEGIN(libevent);
    int result = real->event_del(event);

    event_deleted(event);
    wrap_end(&call);
    return result;
}

HOOK(int, event_del_block, (struct event * event))
{
    WRAP_BEGIN(libevent);
    int result = real->event_del_block(event);

    event_deleted(event);
    wrap_end(&call);
    return result;
}

HOOK(int, event_del_noblock, (struct event * event))
{
    WRAP_BEGIN(libevent);
    int result = real->event_del_noblock(event);

    event_deleted(event);
    wrap_end(&call);
    return result;
}

HOOK(int, event_remove_timer, (struct event * event))
{
    WRAP_BEGIN(libevent);
    int result = real->event_remove_timer(event);

    event_deleted(event);
    wrap_end(&call);
    return result;
}

HOOK(void, event_free, (struct event * event))
{
    WRAP_BEGIN(libevent);

    struct place *place = event_released(event);

    real->event_free(event);
    event_freed(place);
    wrap_end(&call);
}

HOOK(int, event_finalize, (unsigned flags, struct event *event, finalize_callback callback))
{
    WRAP_BEGIN(libevent);
    int result = real->event_finalize(flags, event, callback);

    event_deleted(event);
    wrap_end(&call);
    return result;
}

HOOK(int, event_free_finalize, (unsigned flags, struct event *event, finalize_callback callback))
{
    WRAP_BEGIN(libevent);
    struct place *place = event_released(event);
    int result = real->event_free_finalize(flags, event, callback);

    event_freed(place);
    wrap_end(&call);
    return result;
}

/* ---- bufferevents ---- */

/* How a struct bufferevent begins, in all of libevent 2; two events follow. */
struct bufferevent_head {
    struct event_base *base;
    const void *operations;
};

static const void *bufferevent_event(const struct bufferevent *buffer, int which,
                                     const struct real *real)
{
    return (const char *)buffer + sizeof(struct bufferevent_head) +
           (size_t)which * real->event_get_struct_event_size();
}

static bool bufferevent_waits(const struct timeval *time)
{
    return time && (time->tv_sec || time->tv_usec);
}

static void bufferevent_timed(const struct bufferevent *buffer, const struct real *real,
                              const struct timeval *const times[2],
                              const struct timerleak_call *call)
{
    for (int which = 0; which < 2; which++) {
        const void *event = bufferevent_event(buffer, which, real);

        if (bufferevent_waits(times[which]) && !place_find(event))
            event_born(event, call, real, NOTE_KEPT, 0);
    }
}

static void bufferevent_untimed(const struct bufferevent *buffer, const struct real *real,
                                const struct timeval *const times[2])
{
    for (int which = 0; which < 2; which++)
        if (!bufferevent_waits(times[which]))
            event_freed(event_released(bufferevent_event(buffer, which, real)));
}

HOOK(int, bufferevent_set_timeouts,
     (struct bufferevent * buffer, const struct timeval *to_read, const struct timeval *to_write))
{
    WRAP_BEGIN(libevent);
    const struct timeval *const times[2] = {to_read, to_write};
    int result;

    if (call.users && !wrap_parts(&libevent, __builtin_return_address(0)))
        bufferevent_timed(buffer, real, times, WRAP_CALL("bufferevent_set_timeouts", NULL));
    result = real->bufferevent_set_timeouts(buffer, to_read, to_write);
    bufferevent_untimed(buffer, real, times);
    wrap_end(&call);
    return result;
}

HOOK(void, bufferevent_settimeout, (struct bufferevent * buffer, int to_read, int to_write))
{
    WRAP_BEGIN(libevent);
    struct timeval reads = {.tv_sec = to_read}, writes = {.tv_sec = to_write};
    const struct timeval *const times[2] = {&reads, &writes};

    if (call.users && !wrap_parts(&libevent, __builtin_return_address(0)))
        bufferevent_timed(buffer, real, times, WRAP_CALL("bufferevent_settimeout", NULL));
    real->bufferevent_settimeout(buffer, to_read, to_write);
    wrap_end(&call);
}

HOOK(void, bufferevent_free, (struct bufferevent * buffer))
{
    static const struct timeval *const none[2];
    WRAP_BEGIN(libevent);

    bufferevent_untimed(buffer, real, none);
    real->bufferevent_free(buffer);
    wrap_end(&call);
}

/* ---- the end ---- */

#define EVENT_WORDS 32

/* An event holds its base, wherever it is in there; what is freed, or used anew, mostly does not.
 */
static void event_check_lost(struct place *place)
{
    size_t size = ((const struct real *)place->real)->event_get_struct_event_size();
    const void *words[EVENT_WORDS];
    bool holds = false;

    if (!place->armed || size > sizeof(words) || !wrap_look(words, place->key, size))
        return;
    for (size_t i = 0; i < size / sizeof(*words); i++)
        holds = holds || words[i] == place->argument;
    if (!holds)
        wrap_lost(place->timer);
}

static void event_find_lost(void)
{
    places_visit(event_check_lost);
}
