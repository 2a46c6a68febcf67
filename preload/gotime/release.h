/*
 * release.h - finding a timer, stopping it and giving it back, all of which go through the lock of
 * its shard.
 */
#ifndef GOTIME_RELEASE_H
#define GOTIME_RELEASE_H

#include <errno.h>

#include "shard.h"
#include "watch.h"

/* What is left to be done once the lock is released. All zeros: nothing. */
struct aftermath {
    struct wake_list to_wake;
    void (*destroy)(void *argument);
    void *argument;
};

/* Under the lock, of one that has no handle any more: it ends now, or when its callback does. */
void timer_release_func(uint32_t index, struct timer *timer, struct aftermath *aftermath);

/* It ends now: no callback of it runs. */
void timer_bury_func(uint32_t index, struct timer *timer, struct aftermath *aftermath);

/* A set of kinds. */
#define KINDS(kind) (1u << (kind))

/*
 * The living timer that a handle of one of these kinds names, and its shard, locked. NULL, and
 * nothing locked, if the handle is stale.
 */
static inline struct timer *timer_lock(uint64_t handle, unsigned kinds, struct shard **shard)
{
    struct timer *timer = timer_at(handle_index(handle));

    if (__builtin_expect(!timer || !(KINDS(handle_kind(handle)) & kinds), 0))
        return NULL;
    *shard = shard_of(timer);
    lock_take(&(*shard)->lock);
    if (__builtin_expect(timer_is(timer, handle), 1))
        return timer;
    lock_give(&(*shard)->lock);
    return NULL;
}

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
static inline bool timer_drain(struct timer *timer)
{
    bool full = timer_kind(timer) != KIND_FUNC && timer->port.full;

    if (full)
        timer->port.full = false;
    return full;
}

/* Neither fires nor has a value: 1 as of gt_timer_stop(), 0. */
static inline int timer_stop(struct shard *shard, uint32_t index, struct timer *timer)
{
    if (!timer_withdraw(shard, timer))
        return timer_drain(timer);
    timer_count(shard, timer, METRICS_STOPPED, 1);
    watch_stopped(index);
    timer_drain(timer);
    return 1;
}

/* Stopped, if it was not; its life ends, or will when its callback returns. */
static inline void timer_release(struct shard *shard, uint32_t index, struct timer *timer,
                                 struct aftermath *aftermath)
{
    enum kind kind = timer_kind(timer);

    timer_stop(shard, index, timer);
    timer_count(shard, timer, METRICS_RELEASED, 1);
    watch_released(index);
    timer->tag = 0;
    if (kind == KIND_FUNC) {
        timer_release_func(index, timer, aftermath);
        return;
    }
    if (__builtin_expect(timer->port.receivers.first != NULL, 0))
        port_release(&timer->port, -ESTALE, 0, &aftermath->to_wake);
    timer->state = TIMER_FREE;
    cell_age(timer);
    cells_give(CELLS_TIMER, index);
}

/* ---- without it ---- */

static inline void aftermath_settle(struct aftermath *aftermath)
{
    if (__builtin_expect(aftermath->to_wake.first != NULL, 0))
        wake_all(&aftermath->to_wake);
    if (__builtin_expect(aftermath->destroy != NULL, 0))
        aftermath->destroy(aftermath->argument);
}

#endif
