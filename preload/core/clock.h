/*
 * clock.h - the clocks that a hook may read: all by way of the vDSO, without a system call.
 */
#ifndef TIMERLEAK_CLOCK_H
#define TIMERLEAK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    return clock_gettime(clock, &now) == 0
               ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec
               : 0;
}

static inline uint64_t clock_mono(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/*
 * Never ahead of clock_mono(), and a fifth of its price. It is behind by one scheduler tick, and a
 * little more when the processor that keeps the time is held up: within CLOCK_LAG, whatever
 * happens.
 */
#define CLOCK_LAG 100000000u

static inline uint64_t clock_coarse(void)
{
    return clock_ns(CLOCK_MONOTONIC_COARSE);
}

/* Of a descriptor that nobody could be asked about: one of those that go on by themselves. */
#define CLOCK_UNKNOWN (-1)

/*
 * The clock to read for a timer's clock: the alarm clocks tick like the ones they are named for,
 * but reading them is a system call. -1: no clock that may be read here (CPU time).
 */
static inline int clock_readable(clockid_t clock)
{
    const uint32_t as_they_are =
        1u << CLOCK_MONOTONIC | 1u << CLOCK_REALTIME | 1u << CLOCK_BOOTTIME | 1u << CLOCK_TAI;

    if ((uint32_t)clock < 32 && as_they_are >> clock & 1)
        return clock;
    if (clock == CLOCK_REALTIME_ALARM)
        return CLOCK_REALTIME;
    return clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME : -1;
}

#endif
