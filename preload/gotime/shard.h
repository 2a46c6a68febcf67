/*
 * shard.h - a part of all timers, with a lock of its own. Each thread makes its timers in one
 * shard, so that threads with timers of their own do not meet.
 */
#ifndef GOTIME_SHARD_H
#define GOTIME_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "executor.h"
#include "lock.h"
#include "timer.h"
#include "hidden.h"
#include "wheel.h"

#define SHARDS 64

/* Callbacks that are due, longest first, by the thread that is to run them. */
enum ready_list {
    READY_EXECUTOR,
    READY_INLINE,
    READY_LISTS,
};

struct shard {
    struct lock lock;
    int64_t wake; /* when the engine comes by; atomic, for it is read without the lock */
    struct metrics_counts counts;
    size_t waiting; /* timers in the wheel */
    struct {
        uint32_t first, last;
    } ready[READY_LISTS];
    struct source source; /* of READY_EXECUTOR */
    struct wheel wheel;
} __attribute__((aligned(64)));

extern struct shard shards[SHARDS] HIDDEN;

/* Those that threads have asked for, the first ones; the others were never touched. Atomic. */
extern uint32_t shards_used HIDDEN;

/* Chooses that of the calling thread. `run` is its source's. */
struct shard *shard_join(void (*run)(struct source *source));

static inline struct shard *shard_of(const struct timer *timer)
{
    return &shards[__atomic_load_n(&timer->shard, __ATOMIC_ACQUIRE)];
}

/* When the engine has to come by; INT64_MAX: never, INT64_MIN: at once. */
static inline int64_t shard_wake(const struct shard *shard)
{
    return __atomic_load_n(&shard->wake, __ATOMIC_SEQ_CST);
}

/* ---- all below under the lock ---- */

/* A callback that is due, to the end of its list. */
void ready_append(struct shard *shard, uint32_t index, struct timer *timer);

/* The first of a list, idle again; 0 if it is empty. */
uint32_t ready_pop(struct shard *shard, enum ready_list list);

/* Out of the list that it is in. */
void ready_remove(struct shard *shard, const struct timer *timer);

/* A timer that is idle waits until timer->deadline. Whether the engine must be told. */
static inline bool timer_wait(struct shard *shard, uint32_t index, struct timer *timer, int64_t now)
{
    wheel_notice(&shard->wheel, now);
    wheel_add(&shard->wheel, index, timer);
    timer->state = TIMER_WAITING;
    shard->waiting++;
    if (__builtin_expect(timer->deadline >= shard->wake, 1))
        return false;
    __atomic_store_n(&shard->wake, timer->deadline, __ATOMIC_SEQ_CST);
    return true;
}

/* Waiting or ready, it becomes idle. Whether it was one of them. */
static inline bool timer_withdraw(struct shard *shard, struct timer *timer)
{
    if (timer->state == TIMER_WAITING) {
        wheel_remove(&shard->wheel, timer);
        shard->waiting--;
    } else if (timer->state == TIMER_READY) {
        ready_remove(shard, timer);
    } else {
        return false;
    }
    timer->state = TIMER_IDLE;
    return true;
}

/* What is wrong with it, or NULL: for tests. */
const char *shard_check(struct shard *shard);

/* ---- all shards ---- */

void shards_lock(void);
void shards_unlock(void);

/* All locked: the timers that wait; whether callbacks are due; time begins anew in empty wheels. */
size_t shards_waiting(void);
bool shards_ready(void);
void shards_begin(int64_t now);

/* When all timers are gone: gives all shards up, locked or not. */
void shards_end(void);

#endif
