/*
 * clock.h - what a clock shows now.
 */
#ifndef TIMERLEAK_BASE_CLOCK_H
#define TIMERLEAK_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* ns */
static inline uint64_t clock_now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

#endif
