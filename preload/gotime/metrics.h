/*
 * metrics.h - what gt_metrics_write() tells besides the engine's totals: how late timers fire, how
 * long callbacks take, and the share of each name.
 *
 * A name is a small number here, 0 for none. The engine counts all timers in its shards; those
 * with a name are counted here too, and what is left has none. So a timer without a name costs
 * nothing. All of it is thread-safe and takes no lock, but for metrics_name() with a new name.
 */
#ifndef GOTIME_METRICS_H
#define GOTIME_METRICS_H

#include <stdint.h>

#define METRICS_NAMES 256 /* so that a name fits a byte */
#define METRICS_BUCKETS 12

enum metrics_counter {
    METRICS_CREATED,
    METRICS_FIRED,   /* expirations, dropped ticks included */
    METRICS_STOPPED, /* disarmed before it fired */
    METRICS_RELEASED,
    METRICS_COUNTERS,
};

struct metrics_counts {
    uint64_t of[METRICS_COUNTERS];
};

struct histogram {
    uint64_t buckets[METRICS_BUCKETS]; /* each for itself; the sum of all is their count */
    uint64_t nanoseconds;
};

/* All that has one name. */
struct metrics_series {
    struct metrics_counts counts;
    uint64_t started; /* callbacks; those that have ended are in `latency` */
    struct histogram latency, lateness;
    struct metrics_counts shown; /* the writer's: a counter must not fall, as it would when timers
                                    without a name get one */
    const char *name;
} __attribute__((aligned(64)));

extern struct metrics_series *metrics_series[METRICS_NAMES];

/* Upper bounds in nanoseconds, ascending, INT64_MAX last. */
extern const int64_t metrics_latency_bounds[METRICS_BUCKETS];
extern const int64_t metrics_lateness_bounds[METRICS_BUCKETS];

/*
 * The number of a name, copied and kept until metrics_end(); 0 for NULL or "". -ENOSPC when
 * there are METRICS_NAMES already, -ENOMEM.
 */
int metrics_name(const char *name);

/* A live timer gets another name: what was counted as created counts for the new one. */
void metrics_rename(unsigned from, unsigned to);

/* As of struct part (parts.h). In the child names stay, and nothing has been counted. */
void metrics_renew(void);
void metrics_end(void);

static inline void metrics_add(uint64_t *to, uint64_t amount)
{
    __atomic_fetch_add(to, amount, __ATOMIC_RELAXED);
}

static inline void metrics_observe(struct histogram *histogram, const int64_t *bounds, int64_t ns)
{
    unsigned bucket = 0;

    while (ns > bounds[bucket])
        bucket++;
    metrics_add(&histogram->buckets[bucket], 1);
    metrics_add(&histogram->nanoseconds, (uint64_t)(ns > 0 ? ns : 0));
}

/* To be called beside the shard's own counting. */
static inline void metrics_count(unsigned name, enum metrics_counter counter, uint64_t amount)
{
    if (name)
        metrics_add(&metrics_series[name]->counts.of[counter], amount);
}

/* A timer fired that long after its deadline. */
static inline void metrics_lateness(unsigned name, int64_t ns)
{
    metrics_observe(&metrics_series[name]->lateness, metrics_lateness_bounds, ns);
}

/* Around a callback or a task's run, wherever it runs. */
static inline void metrics_started(unsigned name)
{
    metrics_add(&metrics_series[name]->started, 1);
}

static inline void metrics_latency(unsigned name, int64_t ns)
{
    metrics_observe(&metrics_series[name]->latency, metrics_latency_bounds, ns);
}

#endif
