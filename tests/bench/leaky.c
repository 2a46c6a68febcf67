// build: -fno-omit-frame-pointer -fno-optimize-sibling-calls
/*
 * leaky.c - what timerleak and other tools are compared on: timerfds are made, set and closed, 20
 * frames deep, and a few in between are not closed. Tells the nanoseconds of one, on standard
 * error.
 *
 *     leaky TIMERS FORGOTTEN
 *
 * A tool that knows what leaks names forget_timer() and what only it is called by, and not
 * release_timer(), whose stack is the same otherwise. Frame pointers are kept, for tools that need
 * them.
 */
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "timing.h"

#define BATCH 20
#define DEPTH 20
#define FRAMES_OUTSIDE 7 /* from _start to main(), and from serve_one() on */

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};

static inline __attribute__((always_inline)) int start_timer(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    check(fd >= 0 && timerfd_settime(fd, 0, &in_an_hour, NULL) == 0, "timerfd");
    return fd;
}

static __attribute__((noinline)) void release_timer(void)
{
    close(start_timer());
}

static __attribute__((noinline)) void forget_timer(void)
{
    start_timer();
}

static __attribute__((noinline)) void release_on_success(void)
{
    release_timer();
    __asm__ volatile("");
}

static __attribute__((noinline)) void forget_on_error(void)
{
    forget_timer();
    __asm__ volatile("");
}

static __attribute__((noinline)) void serve_one(unsigned levels, int forgets)
{
    if (levels > 0)
        serve_one(levels - 1, forgets);
    else if (forgets)
        forget_on_error();
    else
        release_on_success();
    __asm__ volatile("");
}

int main(int argc, char **argv)
{
    struct timing *timing = (struct timing *)calloc(1, sizeof(*timing));
    unsigned timers = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
    unsigned forgotten = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
    uint64_t start;

    if (forgotten < 1 || timers < BATCH || timers / BATCH > MOST_BATCHES || forgotten > timers) {
        fprintf(stderr, "usage: %s TIMERS FORGOTTEN\n", argv[0]);
        return 2;
    }
    for (unsigned i = 0; i < timers / BATCH * BATCH; i += BATCH) {
        start = timing_now();
        for (unsigned j = i; j < i + BATCH; j++)
            serve_one(DEPTH - FRAMES_OUTSIDE, j % (timers / forgotten) == 0);
        timing_add(timing, timing_now() - start);
    }
    fprintf(stderr, "%.1f\n", timing_median(timing, BATCH));
    return 0;
}
