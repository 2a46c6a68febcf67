/*
 * numbers.h - arithmetic on what a recording says, which may be anything.
 */
#ifndef TIMERLEAK_BASE_NUMBERS_H
#define TIMERLEAK_BASE_NUMBERS_H

#include <stdint.h>

/* Time from one moment to a later one; 0 if it is not later. */
static inline uint64_t elapsed(uint64_t later, uint64_t earlier)
{
    return later > earlier ? later - earlier : 0;
}

/*
 * Counts stop at the highest number: the ages of many old timers come to more, and so does what a
 * damaged recording says.
 */
static inline uint64_t count_sum(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t count_product(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* For qsort: negative, 0 or positive. */
static inline int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* What exceeds this comes from damage; sums stop here, so that none overflows. */
#define VALUE_MOST (INT64_C(1) << 62)

static inline int64_t value_clamp(__int128 value)
{
    if (value > VALUE_MOST)
        return VALUE_MOST;
    return value < -VALUE_MOST ? -VALUE_MOST : (int64_t)value;
}

static inline int64_t value_sum(int64_t a, int64_t b)
{
    return value_clamp((__int128)a + b);
}

#endif
