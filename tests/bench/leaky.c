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
    unsigned timers = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
    unsigned forgotten = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
    uint64_t start = timing_now();

    if (timers < 1 || forgotten < 1 || forgotten > timers) {
        fprintf(stderr, "usage: %s TIMERS FORGOTTEN\n", argv[0]);
        return 2;
    }
    for (unsigned i = 0; i < timers; i++)
        serve_one(DEPTH - FRAMES_OUTSIDE, i % (timers / forgotten) == 0);
    fprintf(stderr, "%.1f\n", (double)(timing_now() - start) / timers);
    return 0;
}
