/*
 * simulator.h - terms in which a workload is told: streams of timers that arrive, are used, end,
 * and of which some are forgotten. Times are seconds, parts are of the run: 0.5 is its middle.
 */
#ifndef VERDICTS_SIMULATOR_H
#define VERDICTS_SIMULATOR_H

#include <stdbool.h>
#include <time.h>

#include "gotime/gotime.h"

#define STREAMS 4

enum arrival_law {
    STEADILY, /* rate a second */
    POISSON,  /* rate a second */
    BURSTS,   /* rate a second, of `number` at once */
    WAVES, /* rate a second on the average, from nothing to twice that: `number` days in the run */
    AT_START, /* `number` at once */
    STEPS,    /* rate times in all, `number` at once; the first at the start */
};

enum lifetime_law {
    FIXED,
    EXPONENTIAL,
    PARETO,   /* at least the mean / 3, and one in a hundred more than seven times the mean */
    UPGRADED, /* exponential, but one in `number` stays to the end */
    FOREVER,
    REPLACED, /* until the next arrival */
    POOLED,   /* taken from a pool for an exponential time, made when none is idle */
    CACHED,   /* under one of `keys`, until `number` others were used since */
};

enum usage {
    SET_ONCE, /* for `wait` */
    SET_ANEW, /* for `wait`, again and again after `every` */
    TICKING,  /* each `every`, and read each time, also when it was forgotten: the loop has it */
    DISARMED, /* set for `wait`, disarmed after `every` */
};

enum family {
    TIMERFD,
    POSIX,
    POSIX_CPU /* by the time this process computes */,
    GOTIME,
    GOTIME_AFTER
};

struct timer {
    enum family family;
    const char *place; /* the function that made it */
    bool made;
    int fd;
    timer_t posix;
    gt_timer gotime;
    double created, used, due, ends; /* due: when it is used next */
    unsigned key;
    bool idle, forgotten;
};

struct stream {
    void (*place)(struct timer *timer, double wait);
    struct {
        enum arrival_law law;
        double rate, number;
        double from, until; /* parts; until 0: the end */
    } arrivals;
    struct {
        enum lifetime_law law;
        double mean, number, keys;
    } life;
    struct {
        enum usage usage;
        double every, wait;
    } use;
    struct {
        double one_in;      /* of those whose life ends; 0: none is forgotten */
        double from, until; /* parts; until 0: the end */
    } leak;
    enum family family;
    unsigned paths; /* that lead to the place, each a stack of its own */
};

struct workload {
    const char *name;
    const char *truth;
    struct stream streams[STREAMS];
    unsigned descriptors; /* RLIMIT_NOFILE, if not 0 */
    unsigned children;    /* that do all this, and a parent that waits for them */
};

extern const struct workload workloads[];

#endif
