/*
 * release.h - finding a timer, stopping it and giving it back, all of which go through the lock of
 * its shard.
 */
#ifndef GOTIME_RELEASE_H
#define GOTIME_RELEASE_H

#include "shard.h"

/* What is left to be done once the lock is released. All zeros: nothing. */
struct aftermath {
    struct wake_list to_wake;
    void (*destroy)(void *argument);
    void *argument;
};

/* A set of kinds. */
#define KINDS(kind) (1u << (kind))

/*
 * The living timer that a handle of one of these kinds names, and its shard, locked. NULL, and
 * nothing locked, if the handle is stale.
 */
struct timer *timer_lock(uint64_t handle, unsigned kinds, struct shard **shard);

/* ---- under the lock ---- */

/* Counts so many of these for the timer, unless it is the library's own. */
static inline void timer_count(struct shard *shard, const struct timer *timer,
                               enum metrics_counter counter, uint64_t amount)
{
    if (__builtin_expect(timer->flags & TIMER_UNREPORTED, 0))
        return;
    shard->counts.of[counter] += amount;
    metrics_count(timer->name, counter, amount);
}

/* Takes back what it has sent and nobody received. Whether there was something. */
bool timer_drain(struct timer *timer);

/* Neither fires nor has a value: 1 as of gt_timer_stop(), 0. */
int timer_stop(struct shard *shard, uint32_t index, struct timer *timer);

/* Stopped, if it was not; its life ends, or will when its callback returns. */
void timer_release(struct shard *shard, uint32_t index, struct timer *timer,
                   struct aftermath *aftermath);

/* Of one that is idle, and that is released and counted already: its cell is free. */
void timer_bury(uint32_t index, struct timer *timer, struct aftermath *aftermath);

/* ---- without it ---- */

void aftermath_settle(struct aftermath *aftermath);

#endif
