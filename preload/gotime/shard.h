/*
 * shard.h - a part of all timers, with a lock of its own. Each thread makes its timers in one
 * shard, so that threads with timers of their own do not meet. What is done to a timer goes through
 * the lock of its shard.
 */
#ifndef GOTIME_SHARD_H
#define GOTIME_SHARD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "executor.h"
#include "mutex.h"
#include "timer.h"
#include "watch.h"
#include "wheel.h"

#define SHARDS 64

/* Callbacks that are due, longest first, by the thread that is to run them. */
enum ready_list {
    READY_EXECUTOR,
    READY_INLINE,
    READY_LISTS,
};

struct shard {
    struct mutex lock;
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

/* What is wrong with the shard, or NULL: for tests. */
const char *shard_check(struct shard *shard);

/* ---- finding a timer, stopping it and giving it back ---- */

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
static INLINED struct timer *timer_lock(uint64_t handle, unsigned kinds, struct shard **shard)
{
    struct timer *timer = timer_behind(handle);

    if (__builtin_expect(!timer || !(KINDS(handle_kind(handle)) & kinds), 0))
        return NULL;
    *shard = shard_of(timer);
    mutex_take(&(*shard)->lock);
    if (__builtin_expect(timer_is(timer, handle), 1))
        return timer;
    mutex_give(&(*shard)->lock);
    return NULL;
}

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
static INLINED int timer_stop(struct shard *shard, uint32_t index, struct timer *timer)
{
    if (!timer_withdraw(shard, timer))
        return timer_drain(timer);
    timer_count(shard, timer, METRICS_STOPPED, 1);
    watch_stopped(index);
    timer_drain(timer);
    return 1;
}

/* Stopped, if it was not; its life ends, or will when its callback returns. */
static INLINED void timer_release(struct shard *shard, uint32_t index, struct timer *timer,
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

/* Without the lock. */
static inline void aftermath_settle(struct aftermath *aftermath)
{
    if (__builtin_expect(aftermath->to_wake.first != NULL, 0))
        wake_all(&aftermath->to_wake);
    if (__builtin_expect(aftermath->destroy != NULL, 0))
        aftermath->destroy(aftermath->argument);
}

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
