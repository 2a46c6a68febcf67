/*
 * ev.c - the timers of libev: ev_timer, ev_periodic and the timeouts of ev_once(). A watcher is the
 * program's memory. It is set up by macros that leave no call, and may be freed without a word once
 * it is not active; so it is a timer while it is: from the call that starts it until it is stopped,
 * its loop is destroyed, or, if it does not repeat, it fires.
 *
 * A watcher's callback is the program's to read and to set, by macros too, and is left alone. libev
 * calls its own functions by the names that it exports, so that these calls can be seen: for each
 * watcher whose time has come, ev_feed_event(). That of a program's is no fire.
 */
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

struct loop;
typedef void (*once_callback)(int, void *);

/* As ev.h lays it out, where the library was not built with EV_COMMON or such of its own. */
struct watcher {
    int active, pending, priority;
    void *data;
    void (*callback)(void);
    double at;
    union {
        double repeat;
        struct {
            double offset, interval;
            double (*reschedule)(void);
        };
    };
};

#define WRAPPED(X)                                                                                 \
    X(void, ev_timer_start, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                   \
    X(void, ev_timer_stop, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                    \
    X(void, ev_timer_again, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                   \
    X(void, ev_periodic_start, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                \
    X(void, ev_periodic_stop, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                 \
    X(void, ev_periodic_again, (struct loop *, struct watcher *), WRAP_UNVERSIONED)                \
    X(void, ev_once, (struct loop *, int, int, double, once_callback, void *), WRAP_UNVERSIONED)   \
    X(void, ev_feed_event, (struct loop *, void *, int), WRAP_UNVERSIONED)                         \
    X(void, ev_loop_destroy, (struct loop *), WRAP_UNVERSIONED)
#define ASKED(X) X(double, ev_timer_remaining, (struct loop *, struct watcher *), WRAP_UNVERSIONED)
WRAP_FUNCTIONS

#define EV_TIMER 0x100
#define EV_PERIODIC 0x200

static void ev_find_lost(void);

static struct wrap_library libev = {
    WRAP_LIBRARY,
    .family = "libev",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK | TLK_FREE_AT_REST,
    .file = "libev.so",
    .reports = "ev_feed_event",
    .at_end = ev_find_lost,
};
WRAP_AT_START(libev)

/* The key of a place is the watcher, its argument the loop, its note the clock. */

/* What libev has started itself, last, on this thread. */
static __thread struct watcher *ev_started_itself;

static int64_t nanoseconds(double seconds)
{
    return seconds > 0 ? seconds < 9e9 ? (int64_t)(seconds * 1e9) : INT64_MAX : 0;
}

/* When one fires again that is asked each time, nobody knows: by now it seems to be that far apart.
 */
static void ev_armed(struct place *place, const struct watcher *watcher, const void *caller)
{
    int64_t at = nanoseconds(watcher->at), now;
    struct timespec time;

    place->armed = true;
    if (!place->timer)
        return;
    clock_gettime((clockid_t)place->note, &time);
    now = time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
    if (place->note == CLOCK_MONOTONIC)
        timerleak_ledger.armed(place->timer, now, at, nanoseconds(watcher->repeat), caller);
    else if (watcher->reschedule)
        timerleak_ledger.armed(place->timer, TIMERLEAK_OTHER_CLOCK, at, at > now ? at - now : 1,
                               caller);
    else
        timerleak_ledger.armed(place->timer, now, at, nanoseconds(watcher->interval), caller);
}

static void ev_ended(const void *watcher)
{
    struct place *place = place_take(watcher);

    if (!place)
        return;
    wrap_released(place->timer);
    place_free(place);
}

/* A watcher that is active now, and was not: what was in its memory before was not stopped. */
static void ev_started(struct loop *loop, struct watcher *watcher, clockid_t clock,
                       const struct real *real, const struct timerleak_call *call)
{
    struct place *place = place_take(watcher);

    if (place) {
        wrap_lost(place->timer);
        place_free(place);
    }
    place = wrap_admits(&libev) ? place_new(watcher) : NULL;
    if (!place)
        return;
    place->argument = loop;
    place->real = real;
    place->note = (uint64_t)clock;
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call, .family = libev.number, .clock = clock, .kept = true});
    ev_armed(place, watcher, call->caller);
}

/* It was active or not, and is now or not. */
static void ev_changed(struct loop *loop, struct watcher *watcher, bool before, clockid_t clock,
                       const struct real *real, const struct timerleak_call *call)
{
    struct place *place = before ? place_find(watcher) : NULL;

    if (!watcher->active)
        ev_ended(watcher);
    else if (!before)
        ev_started(loop, watcher, clock, real, call);
    else if (place)
        ev_armed(place, watcher, call->caller);
}

HOOK(void, ev_timer_start, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_timer_start(loop, watcher);
    if (!call.users)
        ev_started_itself = watcher;
    else if (!before)
        ev_changed(loop, watcher, before, CLOCK_MONOTONIC, real, WRAP_CALL("ev_timer_start", NULL));
    wrap_end(&call);
}

HOOK(void, ev_timer_again, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_timer_again(loop, watcher);
    if (call.users)
        ev_changed(loop, watcher, before, CLOCK_MONOTONIC, real, WRAP_CALL("ev_timer_again", NULL));
    wrap_end(&call);
}

/*
 * libev stops those that do not repeat before it feeds the event, when their time has passed; else
 * it is the timeout of an ev_once() for which something else has come.
 */
HOOK(void, ev_timer_stop, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);

    if (!call.librarys || (place_find(watcher) && real->ev_timer_remaining(loop, watcher) >= 0))
        ev_ended(watcher);
    real->ev_timer_stop(loop, watcher);
    wrap_end(&call);
}

HOOK(void, ev_periodic_start, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_periodic_start(loop, watcher);
    if (call.users && !before)
        ev_changed(loop, watcher, before, CLOCK_REALTIME, real,
                   WRAP_CALL("ev_periodic_start", NULL));
    wrap_end(&call);
}

HOOK(void, ev_periodic_again, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_periodic_again(loop, watcher);
    if (call.users)
        ev_changed(loop, watcher, before, CLOCK_REALTIME, real,
                   WRAP_CALL("ev_periodic_again", NULL));
    wrap_end(&call);
}

HOOK(void, ev_periodic_stop, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);

    if (!call.librarys)
        ev_ended(watcher);
    real->ev_periodic_stop(loop, watcher);
    wrap_end(&call);
}

/* Its watcher is libev's own, which starts it on the way. */
HOOK(void, ev_once,
     (struct loop * loop, int fd, int events, double timeout, once_callback callback,
      void *argument))
{
    WRAP_BEGIN(libev);

    ev_started_itself = NULL;
    real->ev_once(loop, fd, events, timeout, callback, argument);
    if (call.users && ev_started_itself)
        ev_started(loop, ev_started_itself, CLOCK_MONOTONIC, real, WRAP_CALL("ev_once", NULL));
    wrap_end(&call);
}

HOOK(void, ev_feed_event, (struct loop * loop, void *watcher, int events))
{
    WRAP_BEGIN(libev);
    struct place *place =
        call.librarys && events & (EV_TIMER | EV_PERIODIC) ? place_find(watcher) : NULL;

    if (place)
        wrap_fired(place->timer);
    if (place && !((struct watcher *)watcher)->active)
        ev_ended(watcher);
    real->ev_feed_event(loop, watcher, events);
    wrap_end(&call);
}

/* Watchers stay active, as far as they know. */
HOOK(void, ev_loop_destroy, (struct loop * loop))
{
    WRAP_BEGIN(libev);

    real->ev_loop_destroy(loop);
    for (struct place *place = places_take_all(loop), *next; place; place = next) {
        next = place->next;
        wrap_released(place->timer);
        place_free(place);
    }
    wrap_end(&call);
}

/* What malloc() writes into memory that is free is no watcher's head. */
static void ev_check_lost(struct place *place)
{
    struct watcher head;

    if (wrap_look(&head, place->key, offsetof(struct watcher, data)) &&
        (head.active <= 0 || head.pending < 0 || head.priority < -2 || head.priority > 2))
        wrap_lost(place->timer);
}

static void ev_find_lost(void)
{
    places_visit(ev_check_lost);
}
