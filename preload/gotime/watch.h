/*
 * watch.h - whether the shim watches, and by which reference its ledger knows each timer. They lie
 * beside the timers, so that they take no room when nobody watches.
 */
#ifndef GOTIME_WATCH_H
#define GOTIME_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cells.h"
#include "clock.h"
#include "ledger/timerleak_ledger.h"

static inline bool watched(void)
{
    return __builtin_expect(&timerleak_ledger != NULL, 0);
}

/* For public functions: the call that makes a timer, of that kind. */
#define CALL_IF_WATCHED(kind) (watched() ? TIMERLEAK_CALL(kind) : NULL)

/*
 * Tells of a new timer, as watch_started() does; its reference is for the caller to keep. What is
 * the same for all need not be in `birth`.
 */
uint64_t watch_born(struct timerleak_birth *birth, int64_t now, int64_t deadline, int64_t period);

/*
 * A new timer, before anybody else knows it, and without a lock: the shim looks at the stack. The
 * others are called under the shard's lock, so that the shim sees all in the order in which it
 * happens.
 */
void watch_started(uint32_t index, struct timerleak_birth *birth, int64_t now, int64_t deadline,
                   int64_t period);

/* Forgets all references: the timers' cells have ended. */
void watch_end(void);

/* As the chunks of cells. A reference is written and read by whoever has its timer to himself. */
extern uint64_t *watch_chunks[CHUNKS_MOST] HIDDEN;

/* Where that of the timer at this index is; NULL: it is not recorded. */
static inline uint64_t *watch_place(uint32_t index)
{
    uint64_t *chunk = __atomic_load_n(&watch_chunks[index / CHUNK_CELLS], __ATOMIC_ACQUIRE);

    return chunk ? &chunk[index % CHUNK_CELLS] : NULL;
}

static inline uint64_t watch_reference(uint32_t index)
{
    const uint64_t *place = watch_place(index);

    return place ? *place : 0;
}

static inline int64_t watch_time(int64_t now)
{
    return clock_mocked() ? TIMERLEAK_OTHER_CLOCK : now;
}

static inline void watch_reference_armed(uint64_t reference, int64_t now, int64_t deadline,
                                         int64_t period, const void *caller)
{
    if (watched())
        timerleak_ledger.armed(reference, watch_time(now), deadline, period, caller);
}

static inline void watch_armed(uint32_t index, int64_t now, int64_t deadline, int64_t period,
                               const void *caller)
{
    if (watched())
        watch_reference_armed(watch_reference(index), now, deadline, period, caller);
}

static inline void watch_fired(uint32_t index, uint64_t expirations)
{
    if (watched())
        timerleak_ledger.fired(watch_reference(index), expirations);
}

static inline void watch_stopped(uint32_t index)
{
    if (watched())
        timerleak_ledger.stopped(watch_reference(index));
}

static inline void watch_named(uint32_t index, const char *name)
{
    if (watched())
        timerleak_ledger.named(watch_reference(index), name);
}

/* The last call for a timer: its reference is forgotten. */
static inline void watch_released(uint32_t index)
{
    uint64_t *place = watched() ? watch_place(index) : NULL;

    if (!place)
        return;
    timerleak_ledger.released(*place);
    *place = 0;
}

#endif
