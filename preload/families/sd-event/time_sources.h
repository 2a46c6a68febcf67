/*
 * time_sources.h - the time sources of sd-event, for the copy of it whose functions have the
 * version that SINCE gives. One lasts until its last reference is given up, in its own callback
 * too: the loop frees it later then, but calls it no more. What libsystemd itself makes, for a bus
 * or a netlink socket, is somebody's who called it, and recorded as well.
 *
 * A source that is "oneshot", as all are at first, is off once it has fired. One that is "on" fires
 * until it is given another time, or is switched off: each such time it is armed anew.
 */
#include <errno.h>
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

struct event;  /* sd_event */
struct source; /* sd_event_source */
typedef int (*time_handler)(struct source *source, uint64_t usec, void *userdata);
typedef void (*destroy_handler)(void *userdata);

#define WRAPPED(X)                                                                                 \
    X(int, sd_event_add_time,                                                                      \
      (struct event *, struct source **, int, uint64_t, uint64_t, time_handler, void *),           \
      SINCE(221))                                                                                  \
    X(int, sd_event_source_set_time, (struct source *, uint64_t), SINCE(221))                      \
    X(int, sd_event_add_time_relative,                                                             \
      (struct event *, struct source **, int, uint64_t, uint64_t, time_handler, void *),           \
      SINCE(247))                                                                                  \
    X(int, sd_event_source_set_time_relative, (struct source *, uint64_t), SINCE(247))             \
    X(int, sd_event_source_set_enabled, (struct source *, int), SINCE(221))                        \
    X(int, sd_event_source_set_description, (struct source *, const char *), SINCE(221))           \
    X(struct source *, sd_event_source_unref, (struct source *), SINCE(221))                       \
    X(struct source *, sd_event_source_disable_unref, (struct source *), SINCE(243))
#define ASKED(X)                                                                                   \
    X(int, sd_event_exit, (struct event *, int), SINCE(221))                                       \
    X(int, sd_event_get_state, (struct event *), SINCE(221))                                       \
    X(int, sd_event_now, (struct event *, int, uint64_t *), SINCE(221))                            \
    X(struct event *, sd_event_source_get_event, (struct source *), SINCE(221))                    \
    X(int, sd_event_source_get_enabled, (struct source *, int *), SINCE(221))                      \
    X(int, sd_event_source_get_pending, (struct source *), SINCE(221))                             \
    X(int, sd_event_source_get_time, (struct source *, uint64_t *), SINCE(221))                    \
    X(int, sd_event_source_get_time_clock, (struct source *, int *), SINCE(221))                   \
    X(int, sd_event_source_get_destroy_callback, (struct source *, destroy_handler *), SINCE(239)) \
    X(int, sd_event_source_set_destroy_callback, (struct source *, destroy_handler), SINCE(239))   \
    X(int, sd_event_source_set_floating, (struct source *, int), SINCE(240))
WRAP_FUNCTIONS

#define SD_EVENT_OFF 0     /* what a source may be enabled for */
#define SD_EVENT_RUNNING 3 /* a state of a loop: it calls back */

static struct wrap_library sd_event = {
    WRAP_LIBRARY, .family = "sd-event",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD, /* a loop refuses to go on in a forked child */
    .file = NULL,                             /* it is never alone: sd-bus and others use it */
};
WRAP_AT_START(sd_event)

static void source_end(struct place *place)
{
    wrap_released(place->timer);
    place_free(place);
}

/* One of that address ended unseen, with its loop. */
static void source_forget(const struct source *source)
{
    struct place *place = place_find(source);

    if (place)
        source_end(place);
}

static bool source_is_on(struct source *source, const struct real *real)
{
    int enabled = SD_EVENT_OFF;

    real->sd_event_source_get_enabled(source, &enabled);
    return enabled != SD_EVENT_OFF;
}

/* It was given a time, or switched on or off. */
static void source_set(struct place *place, struct source *source, const void *caller)
{
    const struct real *real = place->real;
    uint64_t usec = UINT64_MAX;

    real->sd_event_source_get_time(source, &usec);
    place->armed = usec != UINT64_MAX && source_is_on(source, real);
    if (!place->timer)
        return;
    if (place->armed)
        timerleak_ledger.armed(place->timer, (int64_t)wrap_monotonic(),
                               usec < INT64_MAX / 1000 ? (int64_t)usec * 1000 : INT64_MAX, 0,
                               caller);
    else
        timerleak_ledger.stopped(place->timer);
}

/* The loop's callback, in the place of the program's; without one a source ends its loop. */
static int source_fired(struct source *source, uint64_t usec, void *userdata)
{
    struct place *place = place_find(source);
    const struct real *real;
    time_handler callback;

    if (!place)
        return 0;
    real = place->real;
    callback = (time_handler)place->callback;
    if (!place->armed)
        source_set(place, source, NULL);
    wrap_fired(place->timer);
    place->armed = false;
    return callback ? callback(source, usec, userdata)
                    : real->sd_event_exit(real->sd_event_source_get_event(source),
                                          (int)(intptr_t)userdata);
}

/* After the real call, which gave a reference also of what is to float. Returns what that would. */
static int source_born(struct source *source, bool floats, int clock, time_handler callback,
                       const struct real *real, const struct timerleak_call *call)
{
    struct place *place;

    source_forget(source);
    place = place_new(source);
    if (!place) {
        real->sd_event_source_unref(source);
        return -ENOMEM;
    }
    place->callback = (void (*)(void))callback;
    place->real = real;
    if (floats && real->sd_event_source_set_floating(source, true) > 0)
        real->sd_event_source_unref(source);
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = sd_event.number,
        .clock = clock,
        .handle = (uintptr_t)source,
        .kept = true,
    });
    source_set(place, source, call->caller);
    return 0;
}

#define ADDS(name)                                                                                 \
    HOOK(int, name,                                                                                \
         (struct event * loop, struct source * *source, int clock, uint64_t usec,                  \
          uint64_t accuracy, time_handler callback, void *userdata))                               \
    {                                                                                              \
        WRAP_BEGIN(sd_event);                                                                      \
        bool admitted = call.users && wrap_admits(&sd_event);                                      \
        struct source *floating = NULL, **made = admitted && !source ? &floating : source;         \
        int result = real->name(loop, made, clock, usec, accuracy,                                 \
                                admitted ? source_fired : callback, userdata);                     \
                                                                                                   \
        if (admitted && result >= 0)                                                               \
            result = source_born(*made, !source, clock, callback, real, WRAP_CALL(#name, NULL));   \
        wrap_end(&call);                                                                           \
        return result;                                                                             \
    }

ADDS(sd_event_add_time)
ADDS(sd_event_add_time_relative)

#define SETS_TIME(name)                                                                            \
    HOOK(int, name, (struct source * source, uint64_t usec))                                       \
    {                                                                                              \
        WRAP_BEGIN(sd_event);                                                                      \
        struct place *place = call.users ? place_find(source) : NULL;                              \
        int result = real->name(source, usec);                                                     \
                                                                                                   \
        if (place && result >= 0)                                                                  \
            source_set(place, source, __builtin_return_address(0));                                \
        wrap_end(&call);                                                                           \
        return result;                                                                             \
    }

SETS_TIME(sd_event_source_set_time)
SETS_TIME(sd_event_source_set_time_relative)

/* Whether it is the loop that switches it off, for its turn has come: its callback follows. */
static bool source_in_turn(struct source *source, const struct real *real)
{
    struct event *loop = real->sd_event_source_get_event(source);
    uint64_t due = 0, now = 0;
    int clock = CLOCK_MONOTONIC;

    real->sd_event_source_get_time(source, &due);
    real->sd_event_source_get_time_clock(source, &clock);
    real->sd_event_now(loop, clock, &now);
    return real->sd_event_get_state(loop) == SD_EVENT_RUNNING &&
           real->sd_event_source_get_pending(source) == 0 && due <= now;
}

/* A loop that has ended agrees to switch off, and does nothing. */
HOOK(int, sd_event_source_set_enabled, (struct source * source, int enabled))
{
    WRAP_BEGIN(sd_event);
    struct place *place = call.users ? place_find(source) : NULL;
    bool before = place && source_is_on(source, real);
    bool in_turn = before && call.librarys && source_in_turn(source, real);
    int result = real->sd_event_source_set_enabled(source, enabled);

    if (place && !in_turn && before != source_is_on(source, real))
        source_set(place, source, __builtin_return_address(0));
    wrap_end(&call);
    return result;
}

HOOK(int, sd_event_source_set_description, (struct source * source, const char *description))
{
    WRAP_BEGIN(sd_event);
    struct place *place = call.users ? place_find(source) : NULL;
    int result = real->sd_event_source_set_description(source, description);

    if (place && result >= 0 && description)
        wrap_named(place->timer, description);
    wrap_end(&call);
    return result;
}

/* ---- the end ---- */

/*
 * A reference that is being given up. While it is, and no longer, our callback stands in for the
 * program's: whether it was the last nothing else would tell.
 */
struct farewell {
    struct place *place;
    destroy_handler callback; /* the program's, or NULL */
    bool last;
    struct farewell *outer;
};

static __thread struct farewell *farewell __attribute__((tls_model("initial-exec")));

static void source_destroyed(void *userdata)
{
    struct farewell *own = farewell;

    source_end(own->place);
    own->last = true;
    if (own->callback)
        own->callback(userdata);
}

/* In its own callback it is cut off from its loop, and destroyed once that returns. */
static void source_leave(struct place *place, struct source *source)
{
    const struct real *real = place->real;
    struct farewell own = {.place = place, .outer = farewell};

    real->sd_event_source_get_destroy_callback(source, &own.callback);
    real->sd_event_source_set_destroy_callback(source, source_destroyed);
    farewell = &own;
    real->sd_event_source_unref(source);
    farewell = own.outer;
    if (own.last)
        return;
    real->sd_event_source_set_destroy_callback(source, own.callback);
    if (!real->sd_event_source_get_event(source))
        source_forget(source);
}

HOOK(struct source *, sd_event_source_unref, (struct source * source))
{
    WRAP_BEGIN(sd_event);
    struct place *place = place_find(source);

    wrap_end(&call); /* what the program does in its callback is its own doing */
    if (place)
        source_leave(place, source);
    else
        real->sd_event_source_unref(source);
    return NULL;
}

HOOK(struct source *, sd_event_source_disable_unref, (struct source * source))
{
    WRAP_BEGIN(sd_event);
    struct place *place = place_find(source);

    wrap_end(&call);
    if (place) {
        real->sd_event_source_set_enabled(source, SD_EVENT_OFF);
        wrap_stopped(place->timer);
        source_leave(place, source);
    } else {
        real->sd_event_source_disable_unref(source);
    }
    return NULL;
}
