/*
 * uv.c - the timers of libuv. A handle is the program's memory, and a timer from uv_timer_init() to
 * uv_close().
 *
 * libuv starts and stops the timers of its own handles, and sets a repeating one anew before it
 * calls back; that is none of the program's calls.
 */
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/trampolines.h"
#include "families/wrap/wrap.h"

struct handle; /* uv_handle_t, and the uv_timer_t that begins with one */
struct uv_loop;
typedef void (*handle_callback)(struct handle *);

#define WRAPPED(X)                                                                                 \
    X(int, uv_timer_init, (struct uv_loop *, struct handle *), WRAP_UNVERSIONED)                   \
    X(int, uv_timer_start, (struct handle *, handle_callback, uint64_t, uint64_t),                 \
      WRAP_UNVERSIONED)                                                                            \
    X(int, uv_timer_stop, (struct handle *), WRAP_UNVERSIONED)                                     \
    X(int, uv_timer_again, (struct handle *), WRAP_UNVERSIONED)                                    \
    X(void, uv_timer_set_repeat, (struct handle *, uint64_t), WRAP_UNVERSIONED)                    \
    X(void, uv_close, (struct handle *, handle_callback), WRAP_UNVERSIONED)
#define ASKED(X)                                                                                   \
    X(uint64_t, uv_timer_get_repeat, (const struct handle *), WRAP_UNVERSIONED)                    \
    X(uint64_t, uv_timer_get_due_in, (const struct handle *), WRAP_UNVERSIONED)                    \
    X(int, uv_is_active, (const struct handle *), WRAP_UNVERSIONED)                                \
    X(int, uv_handle_get_type, (const struct handle *), WRAP_UNVERSIONED)                          \
    X(size_t, uv_handle_size, (int), WRAP_UNVERSIONED)
WRAP_FUNCTIONS

/* How a uv_handle_t begins, in all of libuv 1. */
struct handle_head {
    void *data;
    struct uv_loop *loop;
    int type;
};

#define UV_TIMER 13

static void uv_find_lost(void);

static struct wrap_library libuv = {
    WRAP_LIBRARY,
    .family = "libuv",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libuv.so",
    .at_end = uv_find_lost,
};
WRAP_AT_START(libuv)

static uint64_t nanoseconds(uint64_t milliseconds)
{
    return milliseconds < UINT64_MAX / 1000000u ? milliseconds * 1000000u : UINT64_MAX;
}

static void uv_armed(struct place *place, uint64_t timeout, uint64_t repeat, const void *caller)
{
    place->armed = true;
    wrap_armed(place->timer, nanoseconds(timeout), nanoseconds(repeat), caller);
}

static void uv_disarmed(struct place *place)
{
    place->armed = false;
    wrap_stopped(place->timer);
}

/* libuv's callback, in the place of the program's, which may close the handle. */
static void uv_fired(any_function callback, struct handle *handle)
{
    struct place *place = place_find(handle);

    if (place) {
        place->armed = ((const struct real *)place->real)->uv_is_active(handle);
        wrap_fired(place->timer);
    }
    ((handle_callback)callback)(handle);
}

static struct trampolines trampolines;

#define FIRED(n)                                                                                   \
    static void fired_##n(struct handle *handle)                                                   \
    {                                                                                              \
        uv_fired(trampolines.callbacks[0x##n], handle);                                            \
    }
EACH_TRAMPOLINE(FIRED)

#define FIRED_NAMED(n) (any_function) fired_##n,
static struct trampolines trampolines = {{EACH_TRAMPOLINE(FIRED_NAMED)}, {NULL}};

enum { NOTE_UNSEEN = 1 }; /* no trampoline was left for its callback */

/* That has fired, once, if it is found not active; how often a repeating one has, nobody tells. */
static void uv_settle(struct place *place)
{
    if (!(place->note & NOTE_UNSEEN) || !place->armed ||
        ((const struct real *)place->real)->uv_is_active(place->key))
        return;
    place->armed = false;
    wrap_fired(place->timer);
}

/* If it is armed, its memory serves something else now. */
static void uv_forget(struct place *place)
{
    if (place->armed)
        wrap_lost(place->timer);
    else
        wrap_released(place->timer);
    place_free(place);
}

static void uv_born(struct handle *handle, struct uv_loop *loop, const struct real *real,
                    const struct timerleak_call *call)
{
    struct place *place = wrap_admits(&libuv) ? place_new(handle) : NULL;

    if (!place)
        return;
    place->loop = loop;
    place->real = real;
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = libuv.number,
        .clock = CLOCK_MONOTONIC,
        .handle = (uintptr_t)handle,
        .kept = true,
        .retained = real->uv_handle_size(UV_TIMER),
    });
}

HOOK(int, uv_timer_init, (struct uv_loop * loop, struct handle *handle))
{
    WRAP_BEGIN(libuv);
    int result = real->uv_timer_init(loop, handle);
    struct place *before = result == 0 && call.users ? place_find(handle) : NULL;

    if (before)
        uv_forget(before);
    if (result == 0 && call.users)
        uv_born(handle, loop, real, WRAP_CALL("uv_timer_init", NULL));
    wrap_end(&call);
    return result;
}

/* What libuv is given is what a program may read in the handle, and give again. */
HOOK(int, uv_timer_start,
     (struct handle * handle, handle_callback callback, uint64_t timeout, uint64_t repeat))
{
    WRAP_BEGIN(libuv);
    struct place *place = call.users && callback ? place_find(handle) : NULL;
    any_function to = place ? trampoline_to(&trampolines, (any_function)callback) : NULL;
    int result;

    if (place)
        uv_settle(place);
    result = real->uv_timer_start(handle, to ? (handle_callback)to : callback, timeout, repeat);
    if (place && result == 0) {
        place->note = to ? 0 : NOTE_UNSEEN;
        uv_armed(place, timeout, repeat, __builtin_return_address(0));
    }
    wrap_end(&call);
    return result;
}

HOOK(int, uv_timer_stop, (struct handle * handle))
{
    WRAP_BEGIN(libuv);
    struct place *place = call.users ? place_find(handle) : NULL;
    int result;

    if (place)
        uv_settle(place);
    result = real->uv_timer_stop(handle);
    if (place && result == 0)
        uv_disarmed(place);
    wrap_end(&call);
    return result;
}

HOOK(int, uv_timer_again, (struct handle * handle))
{
    WRAP_BEGIN(libuv);
    struct place *place = call.users ? place_find(handle) : NULL;
    int result = real->uv_timer_again(handle);
    uint64_t repeat = place && result == 0 ? real->uv_timer_get_repeat(handle) : 0;

    if (repeat)
        uv_armed(place, repeat, repeat, __builtin_return_address(0));
    wrap_end(&call);
    return result;
}

/* What it is armed for stays; then it goes on, or ends, as is said now. */
HOOK(void, uv_timer_set_repeat, (struct handle * handle, uint64_t repeat))
{
    WRAP_BEGIN(libuv);
    struct place *place = call.users ? place_find(handle) : NULL;
    uint64_t before = place ? real->uv_timer_get_repeat(handle) : 0;

    real->uv_timer_set_repeat(handle, repeat);
    if (place && place->armed && repeat != before)
        uv_armed(place, real->uv_timer_get_due_in(handle), repeat, __builtin_return_address(0));
    wrap_end(&call);
}

/* Of a handle of any kind. A timer's calls back no more; that it is closed it is told in a later
 * turn of its loop, if there is one. */
HOOK(void, uv_close, (struct handle * handle, handle_callback callback))
{
    WRAP_BEGIN(libuv);
    struct place *place = call.users ? place_find(handle) : NULL;

    if (place && real->uv_handle_get_type(handle) == UV_TIMER) {
        uv_settle(place);
        place->armed = false;
    }
    if (place)
        uv_forget(place);
    real->uv_close(handle, callback);
    wrap_end(&call);
}

/* malloc() keeps something of its own at the beginning of what is free. */
static void uv_check_lost(struct place *place)
{
    struct handle_head head;

    if (!place->armed || !wrap_look(&head, place->key, sizeof(head)))
        return;
    if (head.loop != place->loop || head.type != UV_TIMER)
        wrap_lost(place->timer);
    else
        uv_settle(place);
}

static void uv_find_lost(void)
{
    places_visit(uv_check_lost);
}
