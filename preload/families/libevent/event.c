/*
 * event.c - the timers of libevent. They are two things:
 *
 * - An event that waits for nothing but time, made by event_new() (evtimer_new() is that), is a
 *   timer from then on until event_free(). So are the timeouts of a bufferevent, from
 *   bufferevent_set_timeouts() to bufferevent_free().
 * - Any other event has a timer while a timeout of it is pending: from the event_add() that gave it
 *   one until it fires, is deleted, or what else the event waited for has come. Its memory is the
 *   program's, which may free it without a word when it is not pending; an event that was given no
 *   timeout is nothing to us. event_base_once() is the same with an event of libevent's own.
 *
 * libevent gets our callback for each event of the program's, and its place as the argument. What
 * may be told by the loop and by who deletes the event at once, `armed` decides.
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
typedef void (*data_callback)(struct bufferevent *, void *);
typedef void (*bufferevent_callback)(struct bufferevent *, short, void *);

/* The first are those that libev has too, which offers some of them: then it is libev that is
 * meant. */
#define WRAPPED(X)                                                                                 \
    X(int, event_add, (struct event *, const struct timeval *), WRAP_UNVERSIONED)                  \
    X(int, event_del, (struct event *), WRAP_UNVERSIONED)                                          \
    X(struct event *, event_new, (struct event_base *, int, short, event_callback, void *),        \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_assign,                                                                           \
      (struct event *, struct event_base *, int, short, event_callback, void *), WRAP_UNVERSIONED) \
    X(void, event_set, (struct event *, int, short, event_callback, void *), WRAP_UNVERSIONED)     \
    X(event_callback, event_get_callback, (const struct event *), WRAP_UNVERSIONED)                \
    X(void *, event_get_callback_arg, (const struct event *), WRAP_UNVERSIONED)                    \
    X(void, event_get_assignment,                                                                  \
      (const struct event *, struct event_base **, int *, short *, event_callback *, void **),     \
      WRAP_UNVERSIONED)                                                                            \
    X(void, event_active, (struct event *, int, short), WRAP_UNVERSIONED)                          \
    X(int, event_del_block, (struct event *), WRAP_UNVERSIONED)                                    \
    X(int, event_del_noblock, (struct event *), WRAP_UNVERSIONED)                                  \
    X(int, event_remove_timer, (struct event *), WRAP_UNVERSIONED)                                 \
    X(void, event_free, (struct event *), WRAP_UNVERSIONED)                                        \
    X(int, event_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)        \
    X(int, event_free_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)   \
    X(struct event_base *, event_init, (void), WRAP_UNVERSIONED)                                   \
    X(void, event_base_free, (struct event_base *), WRAP_UNVERSIONED)                              \
    X(void, event_base_free_nofinalize, (struct event_base *), WRAP_UNVERSIONED)                   \
    X(int, event_base_once,                                                                        \
      (struct event_base *, int, short, event_callback, void *, const struct timeval *),           \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_once, (int, short, event_callback, void *, const struct timeval *),               \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_base_loopexit, (struct event_base *, const struct timeval *), WRAP_UNVERSIONED)   \
    X(int, event_loopexit, (const struct timeval *), WRAP_UNVERSIONED)                             \
    X(void, bufferevent_setcb,                                                                     \
      (struct bufferevent *, data_callback, data_callback, bufferevent_callback, void *),          \
      WRAP_UNVERSIONED)                                                                            \
    X(void, bufferevent_getcb,                                                                     \
      (struct bufferevent *, data_callback *, data_callback *, bufferevent_callback *, void **),   \
      WRAP_UNVERSIONED)                                                                            \
    X(int, bufferevent_set_timeouts,                                                               \
      (struct bufferevent *, const struct timeval *, const struct timeval *), WRAP_UNVERSIONED)    \
    X(void, bufferevent_settimeout, (struct bufferevent *, int, int), WRAP_UNVERSIONED)            \
    X(int, bufferevent_enable, (struct bufferevent *, short), WRAP_UNVERSIONED)                    \
    X(int, bufferevent_disable, (struct bufferevent *, short), WRAP_UNVERSIONED)                   \
    X(void, bufferevent_free, (struct bufferevent *), WRAP_UNVERSIONED)
#define ASKED(X)                                                                                   \
    X(void *, event_self_cbarg, (void), WRAP_UNVERSIONED)                                          \
    X(short, event_get_events, (const struct event *), WRAP_UNVERSIONED)                           \
    X(struct event_base *, event_get_base, (const struct event *), WRAP_UNVERSIONED)               \
    X(size_t, event_get_struct_event_size, (void), WRAP_UNVERSIONED)                               \
    X(short, bufferevent_get_enabled, (struct bufferevent *), WRAP_UNVERSIONED)
WRAP_FUNCTIONS

#define EV_TIMEOUT 0x01
#define EV_READ 0x02
#define EV_SIGNAL 0x08
#define EV_OTHERS (EV_READ | 0x04 | EV_SIGNAL | 0x80) /* to read, to write, a signal, closed */
#define EV_PERSIST 0x10

static void event_find_lost(void);

static struct wrap_library libevent = {
    WRAP_LIBRARY,
    .family = "libevent",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libevent",
    .at_end = event_find_lost,
};
WRAP_AT_START(libevent)

/*
 * The key of a place is the event, and its loop the base that this was added to; that of an
 * event_base_once() is its own key. The note is made of these, and above them of the period, ns.
 */
enum {
    NOTE_KEPT = 1,   /* it ends with its object, and not with its timeout */
    NOTE_MANUAL = 2, /* it was made active as if its time had come */
    NOTE_PERIOD = 2, /* by so many bits is the period shifted */
};

/* Of event_init(), for those that name none. */
static struct event_base *event_current;

/* ---- timers ---- */

/* Not one of libevent's own making, in whichever part of it. */
static bool is_programs(const void *callback)
{
    return callback && !wrap_holds(&libevent, callback);
}

static uint64_t event_timer(const struct timerleak_call *call, const void *handle, size_t retained)
{
    if (!wrap_admits(&libevent))
        return 0;
    return timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = libevent.number,
        .clock = CLOCK_MONOTONIC,
        .handle = (uintptr_t)handle,
        .kept = true,
        .retained = retained,
    });
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

    if (!kept && !place->armed)
        place->timer = event_timer(call, event, 0);
    place->loop = real->event_get_base(event);
    place->note = kept | period << NOTE_PERIOD;
    wrap_armed(place->timer, delay, period, call->caller);
    __atomic_store_n(&place->armed, true, __ATOMIC_RELEASE);
}

/*
 * One that is persistent begins its timeout anew, whatever has come; the others are deleted. Who
 * deletes it in another thread may have told that first.
 */
static void event_came_for(struct place *place, short what)
{
    uint64_t note = __atomic_fetch_and(&place->note, ~(uint64_t)NOTE_MANUAL, __ATOMIC_ACQ_REL);
    uint64_t period = note >> NOTE_PERIOD;
    bool armed = __atomic_load_n(&place->armed, __ATOMIC_ACQUIRE);

    if (what & EV_TIMEOUT && !(note & NOTE_MANUAL))
        wrap_fired(place->timer);
    else if (period && armed)
        wrap_armed(place->timer, period, period, NULL);
    if (!period)
        event_at_rest(place);
}

/* ---- what libevent calls, in the place of the program's ---- */

static void event_came(int fd, short what, void *argument)
{
    struct place *place = argument;
    event_callback callback = (event_callback)place->callback;

    argument = place->argument;
    event_came_for(place, what);
    callback(fd, what, argument);
}

/* Without a callback it is libevent's own, that leaves the loop. */
static void event_came_once(int fd, short what, void *argument)
{
    struct place *place = argument;
    const struct real *real = place->real;
    event_callback callback = (event_callback)place->callback;

    argument = place->argument;
    if (what & EV_TIMEOUT)
        wrap_fired(place->timer);
    event_timer_ends(place);
    place_free(place);
    if (callback)
        callback(fd, what, argument);
    else if (argument)
        real->event_base_loopexit(argument, NULL);
    else
        real->event_loopexit(NULL);
}

/* A finalizer is in a place whose key is that of the event. */
static finalize_callback event_finalizer(const struct place *place)
{
    struct place *finalizer = place_take(place);
    finalize_callback callback = (finalize_callback)finalizer->callback;

    place_free(finalizer);
    return callback;
}

static void event_finalized(struct event *event, void *argument)
{
    const struct place *place = argument;

    event_finalizer(place)(event, place->argument);
}

static void event_finalized_freed(struct event *event, void *argument)
{
    struct place *place = argument;
    finalize_callback callback = event_finalizer(place);

    argument = place->argument;
    place_free(place);
    callback(event, argument);
}

/* ---- places ---- */

/* Of an event that has been set up; NULL: it is not the program's, or not wrapped. */
static struct place *event_place(const struct event *event, const struct real *real)
{
    const void *callback = (const void *)real->event_get_callback(event);

    return callback == (const void *)event_came || callback == (const void *)event_finalized
               ? real->event_get_callback_arg(event)
               : NULL;
}

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

#define EVENT_WORDS 32

/* An event that was copied, in memory of the program's, is another. Its argument is changed where
 * it is. */
static struct place *event_copied(struct event *event, const struct place *original)
{
    const struct real *real = original->real;
    size_t count = real->event_get_struct_event_size() / sizeof(void *);
    struct place *place =
        place_for((event_callback)original->callback, original->argument, original->real);
    const void **words = (const void **)event;

    if (!place)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (words[i] == original)
            words[i] = place;
    event_shown(place, event);
    return place;
}

/* Its own, and not that of one it was copied from. */
static struct place *event_own_place(struct event *event, const struct real *real)
{
    struct place *place = event_place(event, real);

    return place && (!place->shown || place->key != event) ? event_copied(event, place) : place;
}

/* An event is made here: one that is pending still was not deleted. */
static void event_overwritten(struct place *place)
{
    if (place && place->armed)
        wrap_lost(place->timer);
    else if (place)
        event_timer_ends(place);
    if (place)
        place_free(place);
}

/* Where there was one already that is not pending, made by event_new(), it goes on as another. */
static struct place *event_assigned(struct event *event, event_callback callback, void *argument,
                                    const struct real *real)
{
    struct place *before = place_find(event), *place;

    if (before && !before->armed && before->callback == (void (*)(void))callback &&
        before->argument == argument && before->real == real)
        return before;
    place = place_for(callback, argument, real);
    if (place && before && !before->armed) {
        place->note = before->note & NOTE_KEPT;
        place->timer = __atomic_exchange_n(&before->timer, 0, __ATOMIC_ACQ_REL);
    }
    event_overwritten(before);
    if (place)
        event_shown(place, event);
    return place;
}

/* ---- it is made ---- */

HOOK(struct event *, event_new,
     (struct event_base * base, int fd, short events, event_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? place_for(callback, argument, real) : NULL;
    struct event *event =
        real->event_new(base, fd, events, place ? event_came : callback, place ? place : argument);

    if (event)
        event_overwritten(place_find(event));
    if (place && event) {
        if (!(events & EV_OTHERS)) {
            place->note = NOTE_KEPT;
            place->timer = event_timer(WRAP_CALL("event_new", NULL), event,
                                       real->event_get_struct_event_size());
        }
        event_shown(place, event);
    } else if (place) {
        place_free(place);
    }
    wrap_end(&call);
    return event;
}

/* libevent calls it for the others, when there is a place already. */
HOOK(int, event_assign,
     (struct event * event, struct event_base *base, int fd, short events, event_callback callback,
      void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && callback != event_came
                              ? event_assigned(event, callback, argument, real)
                              : NULL;
    int result = real->event_assign(event, base, fd, events, place ? event_came : callback,
                                    place ? place : argument);

    wrap_end(&call);
    return result;
}

HOOK(void, event_set,
     (struct event * event, int fd, short events, event_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && callback != event_came
                              ? event_assigned(event, callback, argument, real)
                              : NULL;

    real->event_set(event, fd, events, place ? event_came : callback, place ? place : argument);
    wrap_end(&call);
}

HOOK(event_callback, event_get_callback, (const struct event *event))
{
    WRAP_BEGIN(libevent);
    event_callback callback = real->event_get_callback(event);

    if (callback == event_came)
        callback = (event_callback)event_place(event, real)->callback;
    wrap_end(&call);
    return callback;
}

HOOK(void *, event_get_callback_arg, (const struct event *event))
{
    WRAP_BEGIN(libevent);
    const struct place *place = event_place(event, real);
    void *argument = place ? place->argument : real->event_get_callback_arg(event);

    wrap_end(&call);
    return argument;
}

HOOK(void, event_get_assignment,
     (const struct event *event, struct event_base **base, int *fd, short *events,
      event_callback *callback, void **argument))
{
    WRAP_BEGIN(libevent);
    const struct place *place = event_place(event, real);

    real->event_get_assignment(event, base, fd, events, callback, argument);
    if (place && callback && *callback == event_came)
        *callback = (event_callback)place->callback;
    if (place && argument)
        *argument = place->argument;
    wrap_end(&call);
}

/* ---- its timeout ---- */

HOOK(int, event_add, (struct event * event, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && time ? event_own_place(event, real) : NULL;
    bool before = place && place->armed;
    int result;

    if (place)
        event_armed(place, event, time, WRAP_CALL("event_add", NULL));
    result = real->event_add(event, time);
    if (place && result != 0 && !before)
        event_at_rest(place);
    wrap_end(&call);
    return result;
}

/* By hand, whatever reason it gives. */
HOOK(void, event_active, (struct event * event, int reason, short calls))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && reason & EV_TIMEOUT ? event_place(event, real) : NULL;

    if (place)
        __atomic_fetch_or(&place->note, NOTE_MANUAL, __ATOMIC_ACQ_REL);
    real->event_active(event, reason, calls);
    wrap_end(&call);
}

static void event_deleted(struct place *place)
{
    if (place)
        event_at_rest(place);
}

HOOK(int, event_del, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    int result = real->event_del(event);

    event_deleted(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_del_block, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    int result = real->event_del_block(event);

    event_deleted(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_del_noblock, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    int result = real->event_del_noblock(event);

    event_deleted(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_remove_timer, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    int result = real->event_remove_timer(event);

    event_deleted(place);
    wrap_end(&call);
    return result;
}

/* ---- it ends ---- */

/* It waits for a callback that another thread runs: then none is at the place any more. */
HOOK(void, event_free, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;

    if (place)
        event_timer_ends(place);
    real->event_free(event);
    if (place)
        place_free(place);
    wrap_end(&call);
}

static struct place *finalizer_for(const struct place *place, finalize_callback callback)
{
    struct place *finalizer = place ? place_new(place) : NULL;

    if (finalizer)
        finalizer->callback = (void (*)(void))callback;
    return finalizer;
}

HOOK(int, event_finalize, (unsigned flags, struct event *event, finalize_callback callback))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    struct place *finalizer = finalizer_for(place, callback);
    int result = real->event_finalize(flags, event, finalizer ? event_finalized : callback);

    event_deleted(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_free_finalize, (unsigned flags, struct event *event, finalize_callback callback))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? event_place(event, real) : NULL;
    struct place *finalizer = finalizer_for(place, callback);

    if (place)
        event_timer_ends(place);
    int result =
        real->event_free_finalize(flags, event, finalizer ? event_finalized_freed : callback);

    wrap_end(&call);
    return result;
}

/* ---- bases ---- */

/* It deletes what is pending, and frees what it made itself for one time. */
static void event_base_ends(const struct event_base *base)
{
    if (!base)
        base = event_current;
    if (base == event_current)
        event_current = NULL;
    for (struct place *place = base ? places_take_all(base) : NULL, *next; place; place = next) {
        bool once = place->key == place;

        next = place->next;
        event_at_rest(place);
        place->loop = NULL;
        if (once)
            place_free(place);
        else
            place_show(place, place->key);
    }
}

HOOK(struct event_base *, event_init, (void))
{
    WRAP_BEGIN(libevent);

    event_current = real->event_init();
    wrap_end(&call);
    return event_current;
}

HOOK(void, event_base_free, (struct event_base * base))
{
    WRAP_BEGIN(libevent);

    event_base_ends(base);
    real->event_base_free(base);
    wrap_end(&call);
}

HOOK(void, event_base_free_nofinalize, (struct event_base * base))
{
    WRAP_BEGIN(libevent);

    event_base_ends(base);
    real->event_base_free_nofinalize(base);
    wrap_end(&call);
}

/* ---- once ---- */

/* Without a callback: see event_came_once(). */
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
    wrap_armed(place->timer, event_nanoseconds(time), 0, call->caller);
    return place;
}

static void once_failed(struct place *place)
{
    event_timer_ends(place);
    place_free(place);
}

/* Else it is called at once, or not taken. */
static bool once_waits(short events, const struct timeval *time)
{
    return time && !(events & (EV_SIGNAL | EV_PERSIST)) &&
           (events & EV_OTHERS || time->tv_sec || time->tv_usec);
}

HOOK(int, event_base_once,
     (struct event_base * base, int fd, short events, event_callback callback, void *argument,
      const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = NULL;
    int result;

    if (call.users && once_waits(events, time) && is_programs((const void *)callback))
        place =
            once_begin(base, callback, argument, time, real, WRAP_CALL("event_base_once", NULL));
    result = real->event_base_once(base, fd, events, place ? event_came_once : callback,
                                   place ? place : argument, time);
    if (place && result != 0)
        once_failed(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_once,
     (int fd, short events, event_callback callback, void *argument, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = NULL;
    int result;

    if (call.users && once_waits(events, time) && is_programs((const void *)callback))
        place = once_begin(event_current, callback, argument, time, real,
                           WRAP_CALL("event_once", NULL));
    result = real->event_once(fd, events, place ? event_came_once : callback,
                              place ? place : argument, time);
    if (place && result != 0)
        once_failed(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_base_loopexit, (struct event_base * base, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = NULL;
    int result;

    if (call.users && base && once_waits(EV_TIMEOUT, time))
        place = once_begin(base, NULL, base, time, real, WRAP_CALL("event_base_loopexit", NULL));
    result = place ? real->event_base_once(base, -1, EV_TIMEOUT, event_came_once, place, time)
                   : real->event_base_loopexit(base, time);
    if (place && result != 0)
        once_failed(place);
    wrap_end(&call);
    return result;
}

HOOK(int, event_loopexit, (const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = NULL;
    int result;

    if (call.users && once_waits(EV_TIMEOUT, time))
        place =
            once_begin(event_current, NULL, NULL, time, real, WRAP_CALL("event_loopexit", NULL));
    result = place ? real->event_once(-1, EV_TIMEOUT, event_came_once, place, time)
                   : real->event_loopexit(time);
    if (place && result != 0)
        once_failed(place);
    wrap_end(&call);
    return result;
}

/* ---- bufferevents ---- */

/*
 * What goes on within one is seen where it calls back for an event: libevent has disabled then what
 * it was for. That data came in time is not seen, nor whether there is any to write: a timeout to
 * write is told to be set when it fires.
 *
 * There is a place for each direction; the first holds the program's callback. Its note is the
 * timeout, ns.
 */
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

    if (!place || !(what & (direction == TO_READ ? 0x01 : 0x02)))
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

/* ---- the end ---- */

/* An event holds its place, wherever it is in there; what is freed, or used anew, does not. */
static void event_check_lost(struct place *place)
{
    const struct real *real = place->real;
    const void *words[EVENT_WORDS];
    bool holds = false;
    size_t size;

    if (!place->armed || !place->loop || place->key == place)
        return;
    size = real->event_get_struct_event_size();
    if (size > sizeof(words) || !wrap_look(words, place->key, size))
        return;
    for (size_t i = 0; i < size / sizeof(*words); i++)
        holds = holds || words[i] == place;
    if (!holds)
        wrap_lost(place->timer);
}

static void event_find_lost(void)
{
    places_visit(event_check_lost);
}
