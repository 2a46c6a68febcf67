/*
 * lock.h - a lock in a word, taken in one instruction and given back by a plain store. It sleeps
 * only when contended. All zeros is a free lock; it may lie in memory that changes its use, for
 * whoever holds a word of it wants nothing but to give it back.
 *
 * Order, outermost first: an owner's of shards' timers (a pool, the scheduler, a context), one
 * shard's, the executor's, that of cells, that of names. Two of a kind are never taken together,
 * but by fork, in the order of their addresses (life.h).
 */
#ifndef GOTIME_LOCK_H
#define GOTIME_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct lock {
    uint32_t held;
    uint32_t sleepers;
};

void lock_take_slow(struct lock *lock);
void lock_wake(struct lock *lock);

static inline bool lock_try(struct lock *lock)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&lock->held, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void lock_take(struct lock *lock)
{
    if (__builtin_expect(!lock_try(lock), 0))
        lock_take_slow(lock);
}

/*
 * An exchange would cost as much again as the taking. The price of the plain store: somebody who
 * goes to sleep at this very instant may be overlooked, and so sleeps for a moment only.
 */
static inline void lock_give(struct lock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(__atomic_load_n(&lock->sleepers, __ATOMIC_RELAXED) != 0, 0))
        lock_wake(lock);
}

#endif
