/*
 * ev.c - the timers of libev: ev_timer, ev_periodic and the timeouts of ev_once(). A watcher is the
 * program's memory. It is set up by macros that leave no call, and may be freed without a word once
 * it is not active; so it is a timer while it is: from the call that starts it until it is stopped,
 * its loop is destroyed, or, if it does not repeat, it fires.
 *
 * While it is active its callback is a trampoline to the program's. The program may set another
 * then, by a macro: that is called, and not seen to be until the watcher is started anew or ended;
 * how often one that repeats has fired is not seen then. So it is where no trampoline is left.
 */
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/trampolines.h"
#include "families/wrap/wrap.h"

struct loop;
struct watcher;
typedef void (*watcher_callback)(struct loop *, struct watcher *, int);
typedef void (*once_callback)(int, void *);

/* As ev.h lays it out, where the library was not built with EV_COMMON or such of its own. */
struct watcher {
    int active, pending, priority;
    void *data;
    watcher_callback callback;
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
    X(void, ev_loop_destroy, (struct loop *), WRAP_UNVERSIONED)
#define ASKED(X)
WRAP_FUNCTIONS

#define EV_TIMER 0x100
#define EV_PERIODIC 0x200

static void ev_find_lost(void);

static struct wrap_library libev = {
    WRAP_LIBRARY,
    .family = "libev",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK | TLK_FREE_AT_REST,
    .file = "libev.so",
    .at_end = ev_find_lost,
};
WRAP_AT_START(libev)

/*
 * The key of a place is the watcher; the note says when it is to fire, ns, by which clock. The
 * place of an ev_once() is its own key.
 */
enum {
    NOTE_PERIODIC = 1, /* the clock is CLOCK_REALTIME */
    NOTE_AT = 1,       /* by so many bits is the time shifted */
};

static int64_t nanoseconds(double seconds)
{
    return seconds > 0 ? seconds < 9e9 ? (int64_t)(seconds * 1e9) : INT64_MAX : 0;
}

static clockid_t ev_clock(const struct place *place)
{
    return place->note & NOTE_PERIODIC ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

static int64_t ev_now(const struct place *place)
{
    struct timespec now;

    clock_gettime(ev_clock(place), &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool ev_is_past(const struct place *place)
{
    return (int64_t)(place->note >> NOTE_AT) <= ev_now(place);
}

static uint64_t ev_note(const struct place *place, const struct watcher *watcher)
{
    return (uint64_t)nanoseconds(watcher->at) << NOTE_AT | (place->note & NOTE_PERIODIC);
}

/* When one fires again that is asked each time, nobody knows: by now it seems to be that far apart.
 */
static void ev_armed(struct place *place, const struct watcher *watcher, const void *caller)
{
    int64_t at = nanoseconds(watcher->at), now;

    place->note = ev_note(place, watcher);
    if (!place->timer)
        return;
    now = ev_now(place);
    if (!(place->note & NOTE_PERIODIC))
        timerleak_ledger.armed(place->timer, now, at, nanoseconds(watcher->repeat), caller);
    else if (watcher->reschedule)
        timerleak_ledger.armed(place->timer, TIMERLEAK_OTHER_CLOCK, at, at > now ? at - now : 1,
                               caller);
    else
        timerleak_ledger.armed(place->timer, now, at, nanoseconds(watcher->interval), caller);
}

static void ev_ended(struct place *place)
{
    wrap_released(place->timer);
    place_free(place);
}

/*
 * libev's callback, in the place of the program's. That the time had come is seen by what libev has
 * done before it calls back, for programs feed it events by hand: a watcher that does not repeat is
 * active no more, and the other is set for a later time.
 */
static void ev_came(any_function callback, struct loop *loop, struct watcher *watcher, int events)
{
    struct place *place = place_find(watcher);

    if (place && !watcher->active) {
        watcher->callback = (watcher_callback)callback;
        wrap_fired(place->timer);
        ev_ended(place);
    } else if (place && events & (EV_TIMER | EV_PERIODIC) &&
               place->note != ev_note(place, watcher)) {
        place->note = ev_note(place, watcher);
        wrap_fired(place->timer);
    }
    ((watcher_callback)callback)(loop, watcher, events);
}

static struct trampolines trampolines;

#define CAME(n)                                                                                    \
    static void came_##n(struct loop *loop, struct watcher *watcher, int events)                   \
    {                                                                                              \
        ev_came(trampolines.callbacks[0x##n], loop, watcher, events);                              \
    }
EACH_TRAMPOLINE(CAME)

#define CAME_NAMED(n) (any_function) came_##n,
static struct trampolines trampolines = {{EACH_TRAMPOLINE(CAME_NAMED)}, {NULL}};

static watcher_callback ev_programs(watcher_callback callback)
{
    return (watcher_callback)trampoline_callback(&trampolines, (any_function)callback);
}

static bool ev_is_ours(watcher_callback callback)
{
    return ev_programs(callback) != callback;
}

/* If there is one left. */
static void ev_set_trampoline(struct watcher *watcher)
{
    any_function to = trampoline_to(&trampolines, (any_function)watcher->callback);

    if (to)
        watcher->callback = (watcher_callback)to;
}

/*
 * Of a watcher that was found not active when it is started: libev has stopped it, and its callback
 * will yet be called, or was another one; or else its memory was used anew.
 */
static void ev_settle(struct place *place, struct watcher *watcher)
{
    bool ours = ev_is_ours(watcher->callback);
    bool came = watcher->pending || (!ours && ev_is_past(place));

    if (came)
        wrap_fired(place->timer);
    if (came || ours)
        wrap_released(place->timer);
    else
        wrap_lost(place->timer);
    place_free(place);
}

/* Those whose callback is libev's own are its own. The delay is of a timer. */
static void ev_started(struct loop *loop, struct watcher *watcher, clockid_t clock, double delay,
                       const struct timerleak_call *call)
{
    struct place *place = place_take(watcher);

    if (place)
        ev_settle(place, watcher);
    watcher->callback = ev_programs(watcher->callback);
    if (wrap_holds(&libev, (const void *)watcher->callback))
        return;
    place = wrap_admits(&libev) ? place_new(watcher) : NULL;
    if (!place)
        return;
    place->loop = loop;
    place->note = clock == CLOCK_REALTIME ? NOTE_PERIODIC : 0;
    ev_set_trampoline(watcher);
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = libev.number,
        .clock = clock,
        .handle = (uintptr_t)watcher,
        .kept = true,
    });
    if (clock == CLOCK_REALTIME) {
        ev_armed(place, watcher, call->caller);
        return;
    }
    place->note = ev_note(place, watcher);
    wrap_armed_at_birth(place->timer, (uint64_t)nanoseconds(delay),
                        (uint64_t)nanoseconds(watcher->repeat), call->caller);
}

/* By the program, with its own callback from now on: by which it may have come, unseen. */
static void ev_stopped(struct watcher *watcher)
{
    struct place *place = place_take(watcher);

    if (!place)
        return;
    if (ev_is_ours(watcher->callback))
        watcher->callback = ev_programs(watcher->callback);
    else if (!watcher->active && !watcher->pending && ev_is_past(place))
        wrap_fired(place->timer);
    ev_ended(place);
}

/* It was active or not, and is now or not. */
static void ev_set_anew(struct loop *loop, struct watcher *watcher, bool before, clockid_t clock,
                        const struct timerleak_call *call)
{
    struct place *place = before ? place_find(watcher) : NULL;

    if (!watcher->active) {
        ev_stopped(watcher);
    } else if (!before) {
        ev_started(loop, watcher, clock, watcher->repeat, call);
    } else if (place) {
        ev_set_trampoline(watcher);
        ev_armed(place, watcher, call->caller);
    }
}

HOOK(void, ev_timer_start, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;
    double delay = watcher->at;

    real->ev_timer_start(loop, watcher);
    if (call.users && !before)
        ev_started(loop, watcher, CLOCK_MONOTONIC, delay, WRAP_CALL("ev_timer_start", NULL));
    wrap_end(&call);
}

HOOK(void, ev_timer_again, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_timer_again(loop, watcher);
    if (call.users)
        ev_set_anew(loop, watcher, before, CLOCK_MONOTONIC, WRAP_CALL("ev_timer_again", NULL));
    wrap_end(&call);
}

HOOK(void, ev_timer_stop, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);

    if (call.users)
        ev_stopped(watcher);
    real->ev_timer_stop(loop, watcher);
    wrap_end(&call);
}

HOOK(void, ev_periodic_start, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_periodic_start(loop, watcher);
    if (call.users && !before)
        ev_started(loop, watcher, CLOCK_REALTIME, 0, WRAP_CALL("ev_periodic_start", NULL));
    wrap_end(&call);
}

HOOK(void, ev_periodic_again, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);
    bool before = watcher->active;

    real->ev_periodic_again(loop, watcher);
    if (call.users)
        ev_set_anew(loop, watcher, before, CLOCK_REALTIME, WRAP_CALL("ev_periodic_again", NULL));
    wrap_end(&call);
}

HOOK(void, ev_periodic_stop, (struct loop * loop, struct watcher *watcher))
{
    WRAP_BEGIN(libev);

    if (call.users)
        ev_stopped(watcher);
    real->ev_periodic_stop(loop, watcher);
    wrap_end(&call);
}

/* Its watcher is libev's own. It ends when either has come. */
static void ev_once_came(int events, void *argument)
{
    struct place *place = argument;
    once_callback callback = (once_callback)place->callback;

    argument = place->argument;
    if (events & EV_TIMER)
        wrap_fired(place->timer);
    ev_ended(place);
    callback(events, argument);
}

static struct place *ev_once_born(struct loop *loop, once_callback callback, void *argument,
                                  const struct timerleak_call *call)
{
    struct place *place = wrap_admits(&libev) ? place_new(NULL) : NULL;

    if (!place)
        return NULL;
    place->callback = (void (*)(void))callback;
    place->argument = argument;
    place->loop = loop;
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call, .family = libev.number, .clock = CLOCK_MONOTONIC, .kept = true});
    place_show(place, place);
    return place;
}

HOOK(void, ev_once,
     (struct loop * loop, int fd, int events, double timeout, once_callback callback,
      void *argument))
{
    WRAP_BEGIN(libev);
    struct place *place = NULL;

    if (call.users && timeout >= 0 && !wrap_holds(&libev, (const void *)callback))
        place = ev_once_born(loop, callback, argument, WRAP_CALL("ev_once", NULL));
    if (place)
        wrap_armed(place->timer, (uint64_t)nanoseconds(timeout), 0, __builtin_return_address(0));
    real->ev_once(loop, fd, events, timeout, place ? ev_once_came : callback,
                  place ? place : argument);
    wrap_end(&call);
}

/* Watchers stay active, as far as they know: their memory may be gone. */
HOOK(void, ev_loop_destroy, (struct loop * loop))
{
    WRAP_BEGIN(libev);

    real->ev_loop_destroy(loop);
    for (struct place *place = loop ? places_take_all(loop) : NULL, *next; place; place = next) {
        next = place->next;
        ev_ended(place);
    }
    wrap_end(&call);
}

/*
 * Of a watcher that has not our callback any more: it may have got another, which was called when
 * its time had come. What malloc() writes into memory that is free is no watcher's head.
 */
static void ev_check_lost(struct place *place)
{
    struct watcher head;

    if (place->key == place || !wrap_look(&head, place->key, offsetof(struct watcher, at)) ||
        ev_is_ours(head.callback))
        return;
    if (!head.callback || head.active < 0 || head.pending < 0 || head.priority < -2 ||
        head.priority > 2) {
        wrap_lost(place->timer);
    } else if (!head.active && ev_is_past(place)) {
        wrap_fired(place->timer);
        ev_ended(place);
    } else if (!head.active) {
        wrap_lost(place->timer);
    }
}

static void ev_find_lost(void)
{
    places_visit(ev_check_lost);
}
