/*
 * timeout.c - the timers of ell, the Embedded Linux library. A timeout is from l_timeout_create()
 * until l_timeout_remove(), and fires once for each time that it is set. l_main_exit() closes those
 * that are left, which fire no more, but are the program's to remove all the same.
 *
 * ell has a timerfd for each, which is recorded as that. Its loop is of one thread.
 */
#include <limits.h>
#include <time.h>

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

struct timeout; /* struct l_timeout */
typedef void (*timeout_callback)(struct timeout *, void *);
typedef void (*timeout_destroy)(void *);

#define VERSION "ELL_0.10"
#define WRAPPED(X)                                                                                 \
    X(struct timeout *, l_timeout_create,                                                          \
      (unsigned int, timeout_callback, void *, timeout_destroy), VERSION)                          \
    X(void, l_timeout_remove, (struct timeout *), VERSION)                                         \
    X(struct timeout *, l_timeout_create_ms,                                                       \
      (uint64_t, timeout_callback, void *, timeout_destroy), VERSION)                              \
    X(void, l_timeout_modify, (struct timeout *, unsigned int), VERSION)                           \
    X(void, l_timeout_modify_ms, (struct timeout *, uint64_t), VERSION)                            \
    X(void, l_timeout_set_callback, (struct timeout *, timeout_callback, void *, timeout_destroy), \
      VERSION)                                                                                     \
    X(bool, l_main_exit, (void), VERSION)
#define ASKED(X)
WRAP_FUNCTIONS

static struct wrap_library ell = {
    WRAP_LIBRARY,
    .family = "ell",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libell.so",
};
WRAP_AT_START(ell)

/* The note of a place: its loop has ended, and ell sets it no more. */
#define CLOSED 1u

#define SECOND UINT64_C(1000) /* ms */

/* 0 leaves it as it is; and so does what ell takes for too long. */
static void ell_armed(struct place *place, uint64_t milliseconds, const void *caller)
{
    if (!milliseconds || milliseconds / SECOND > UINT_MAX || place->note == CLOSED)
        return;
    place->armed = true;
    wrap_armed(place->timer, milliseconds * 1000000u, 0, caller);
}

/* ell's callback, in the place of the program's, which may remove the timeout. */
static void ell_fired(struct timeout *timeout, void *data)
{
    struct place *place = place_find(timeout);
    timeout_callback callback = place ? (timeout_callback)place->callback : NULL;

    if (!place)
        return;
    place->armed = false;
    if (!callback) {
        wrap_stopped(place->timer);
        return;
    }
    wrap_fired(place->timer);
    callback(timeout, data);
}

static void ell_forget(struct timeout *timeout)
{
    struct place *place = place_find(timeout);

    if (!place)
        return;
    wrap_released(place->timer);
    place_free(place);
}

/* Before the call; NULL: the program's callback is to be called by ell itself. */
static struct place *ell_expect(bool users, timeout_callback callback)
{
    struct place *place = users && callback && wrap_admits(&ell) ? place_new(NULL) : NULL;

    if (place)
        place->callback = (void (*)(void))callback;
    return place;
}

/* After it, which may have failed. */
static void ell_born(struct place *place, struct timeout *timeout, uint64_t milliseconds,
                     const struct real *real, const struct timerleak_call *call)
{
    if (!timeout) {
        place_free(place);
        return;
    }
    ell_forget(timeout);
    place->real = real;
    place->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = ell.number,
        .clock = CLOCK_MONOTONIC,
        .handle = (uintptr_t)timeout,
        .kept = true,
    });
    place_show(place, timeout);
    ell_armed(place, milliseconds, call->caller);
}

HOOK(struct timeout *, l_timeout_create,
     (unsigned int seconds, timeout_callback callback, void *data, timeout_destroy destroy))
{
    WRAP_BEGIN(ell);
    struct place *place = ell_expect(call.users, callback);
    struct timeout *timeout =
        real->l_timeout_create(seconds, place ? ell_fired : callback, data, destroy);

    if (place)
        ell_born(place, timeout, seconds * SECOND, real, WRAP_CALL("l_timeout_create", NULL));
    wrap_end(&call);
    return timeout;
}

HOOK(struct timeout *, l_timeout_create_ms,
     (uint64_t milliseconds, timeout_callback callback, void *data, timeout_destroy destroy))
{
    WRAP_BEGIN(ell);
    struct place *place = ell_expect(call.users, callback);
    struct timeout *timeout =
        real->l_timeout_create_ms(milliseconds, place ? ell_fired : callback, data, destroy);

    if (place)
        ell_born(place, timeout, milliseconds, real, WRAP_CALL("l_timeout_create_ms", NULL));
    wrap_end(&call);
    return timeout;
}

HOOK(void, l_timeout_modify, (struct timeout * timeout, unsigned int seconds))
{
    WRAP_BEGIN(ell);
    struct place *place = call.users ? place_find(timeout) : NULL;

    real->l_timeout_modify(timeout, seconds);
    if (place)
        ell_armed(place, seconds * SECOND, __builtin_return_address(0));
    wrap_end(&call);
}

HOOK(void, l_timeout_modify_ms, (struct timeout * timeout, uint64_t milliseconds))
{
    WRAP_BEGIN(ell);
    struct place *place = call.users ? place_find(timeout) : NULL;

    real->l_timeout_modify_ms(timeout, milliseconds);
    if (place)
        ell_armed(place, milliseconds, __builtin_return_address(0));
    wrap_end(&call);
}

HOOK(void, l_timeout_set_callback,
     (struct timeout * timeout, timeout_callback callback, void *data, timeout_destroy destroy))
{
    WRAP_BEGIN(ell);
    struct place *place = call.users ? place_find(timeout) : NULL;

    if (place)
        place->callback = (void (*)(void))callback;
    real->l_timeout_set_callback(timeout, place ? ell_fired : callback, data, destroy);
    wrap_end(&call);
}

HOOK(void, l_timeout_remove, (struct timeout * timeout))
{
    WRAP_BEGIN(ell);

    if (call.users)
        ell_forget(timeout);
    real->l_timeout_remove(timeout);
    wrap_end(&call);
}

static void ell_close(struct place *place)
{
    if (place->armed)
        wrap_stopped(place->timer);
    place->armed = false;
    place->note = CLOSED;
}

HOOK(bool, l_main_exit, (void))
{
    WRAP_BEGIN(ell);
    bool done = real->l_main_exit();

    if (done && call.users)
        places_visit(ell_close);
    wrap_end(&call);
    return done;
}
