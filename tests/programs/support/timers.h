/*
 * timers.h - what the test programs share: terms for deadlines, and a pacer for programs whose
 * growth has to be spread over time. Nothing here creates a timer behind a program's back but
 * pacer_open.
 */
#ifndef SUPPORT_TIMERS_H
#define SUPPORT_TIMERS_H

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* A function that must keep a frame and lines of its own in every stack. */
#define SITE __attribute__((noinline))

/* Milliseconds; longer than any test program lives. */
#define AN_HOUR 3600000L

/*
 * Milliseconds between two turns of what grows: slow enough that growth is still growth when a
 * busy machine holds the program up for a while.
 */
#define PACE 5

/* Fires once, after so many milliseconds; 0 disarms. */
static inline struct itimerspec once(long ms)
{
    struct itimerspec when = {{0, 0}, {ms / 1000, ms % 1000 * 1000000}};
    return when;
}

static inline struct itimerspec every(long ms)
{
    struct itimerspec when = once(ms);
    when.it_interval = when.it_value;
    return when;
}

static inline void fail_if(int failed, const char *what)
{
    if (!failed)
        return;
    perror(what);
    exit(99);
}

static inline void arm_timerfd(int fd, struct itimerspec when)
{
    fail_if(timerfd_settime(fd, 0, &when, NULL), "timerfd_settime");
}

static inline void arm_timer(timer_t timer, struct itimerspec when)
{
    fail_if(timer_settime(timer, 0, &when, NULL), "timer_settime");
}

/* Waits for the next expiration, and gives how many there were; 0 when the read failed. */
static inline uint64_t expirations(int fd)
{
    uint64_t count;
    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

/* A ticker, to be closed by the caller; pacer_wait waits for the next of its ticks. */
static inline int pacer_open(long ms)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(fd < 0, "timerfd_create");
    arm_timerfd(fd, every(ms));
    return fd;
}

static inline void pacer_wait(int fd)
{
    fail_if(expirations(fd) == 0, "read");
}

/* Lets so much time go by: what should have expired before, has expired for any clock. */
static inline void let_pass(long ms)
{
    int fd = pacer_open(ms);
    pacer_wait(fd);
    close(fd);
}

#endif
