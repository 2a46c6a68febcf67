/*
 * pair.h - times starting and stopping a timer of some library, 20 frames deep, and prints the
 * nanoseconds of one pair. Who includes it calls pair_print() in main().
 */
#ifndef TIMERLEAK_BENCH_PAIR_H
#define TIMERLEAK_BENCH_PAIR_H

#include "../timing.h"

#define PAIR_DEPTH 20
#define PAIR_BATCH 128
#define PAIR_NS 80000000u

static void (*pair_run)(void);
static double pair_result;

static void pair_measure(void)
{
    struct timing *timing = (struct timing *)calloc(1, sizeof(*timing));

    for (int i = 0; i < 8 * PAIR_BATCH; i++)
        pair_run();
    while (timing_goes_on(timing, PAIR_NS)) {
        uint64_t start = timing_now();

        for (int i = 0; i < PAIR_BATCH; i++)
            pair_run();
        timing_add(timing, timing_now() - start);
    }
    pair_result = timing_median(timing, PAIR_BATCH);
    free(timing);
}

static __attribute__((noinline)) void pair_descend(volatile int levels)
{
    if (levels > 0)
        pair_descend(levels - 1);
    else
        pair_measure();
    __asm__ volatile("" ::: "memory");
}

/* main(), and what is above and below it, are some of the frames. */
static inline void pair_print(void (*run)(void))
{
    pair_run = run;
    pair_descend(PAIR_DEPTH - 7);
    printf("%.1f\n", pair_result);
}

#endif
