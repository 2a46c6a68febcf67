/*
 * lamps.h - a library that timerleak has never heard of, with what an object that is preloaded
 * beside the shim would be to it: lamps burn out after a time, are found by their address, and a
 * forked child has them too.
 */
#ifndef SUPPORT_LAMPS_H
#define SUPPORT_LAMPS_H

#include <stdlib.h>
#include "ledger/timerleak_ledger.h"
#include "timers.h"

struct lamp {
    int number;
};

static uint32_t lamps;
static uint64_t lamps_lit;

static inline bool lamps_watched(void)
{
    if (&timerleak_ledger && !lamps)
        lamps = timerleak_ledger.family("lamp", TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK);
    return &timerleak_ledger && timerleak_ledger.admits(lamps);
}

static inline int64_t lamps_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline bool lamps_enter(const void *frame)
{
    return &timerleak_ledger && timerleak_ledger.enter(frame);
}

static inline void lamps_leave(bool entered)
{
    if (entered)
        timerleak_ledger.leave();
}

static inline void lamp_tell(const struct lamp *lamp, const struct timerleak_call *call)
{
    struct timerleak_birth birth = {.call = call,
                                    .family = lamps,
                                    .clock = CLOCK_MONOTONIC,
                                    .handle = (uintptr_t)lamp,
                                    .cookie = (uint64_t)lamp->number,
                                    .retained = sizeof(*lamp)};
    uint64_t timer = timerleak_ledger.created(&birth);
    timerleak_ledger.armed(timer, lamps_now(), lamps_now() + INT64_C(3600000000000), 0,
                           call->caller);
}

SITE static struct lamp *lamp_light(void)
{
    bool entered = lamps_enter(__builtin_frame_address(0));
    struct lamp *lamp = calloc(1, sizeof(*lamp));
    lamp->number = (int)++lamps_lit;
    if (entered && lamps_watched())
        lamp_tell(lamp, TIMERLEAK_CALL("red"));
    lamps_leave(entered);
    return lamp;
}

static inline uint64_t lamp_found(const struct lamp *lamp)
{
    return lamps_watched() ? timerleak_ledger.find(lamps, (uintptr_t)lamp) : 0;
}

static inline void lamp_burn_out(const struct lamp *lamp)
{
    if (lamps_watched())
        timerleak_ledger.fired(lamp_found(lamp), 1);
}

SITE static void lamp_free(struct lamp *lamp)
{
    if (lamps_watched())
        timerleak_ledger.released(timerleak_ledger.take(lamps, (uintptr_t)lamp));
    free(lamp);
}

#endif
