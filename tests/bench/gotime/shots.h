/*
 * shots.h - one-shot timers that tell when they fired, and what an engine's file must define
 * before it includes suites.h.
 *
 * That file is a program of its own:
 *
 *     ENGINE VARIANT SUITE...
 *
 * prints a line "suite value unit" for each suite, three for those that fire. `go` takes the same
 * words.
 */
#ifndef TIMERLEAK_BENCH_SHOTS_H
#define TIMERLEAK_BENCH_SHOTS_H

#include <stdbool.h>

#include "../timing.h"

/* Both as of timing_now(); fired is 0 until then. */
struct shot {
    int64_t deadline, fired;
};

static struct shot *shots;
static size_t shots_count;

/* What every callback does. */
static inline void shot_fire(struct shot *shot)
{
    __atomic_store_n(&shot->fired, (int64_t)timing_now(), __ATOMIC_RELEASE);
}

/*
 * Of an engine's file:
 *
 *     struct item                                what one keeps of a timer
 *     const bool thread_safe
 *     void engine_open(const char *variant)
 *     void item_start(item, duration, shot)      makes and starts it
 *     void item_stop(item)                       stops it and gives it back
 *     void item_reset(item, duration)
 *     void batch_end(void)                       does what stopping put off, if anything
 *     void clock_refresh(void)                   for engines that start by an old reading
 *     void shots_wait(items)                     until all have fired and `shots` tells when
 */

/* Rounded up, for engines that count so. */
static inline uint64_t milliseconds(int64_t duration)
{
    return (uint64_t)(duration + 999999) / 1000000;
}

static inline uint64_t microseconds(int64_t duration)
{
    return (uint64_t)(duration + 999) / 1000;
}

#endif
