/*
 * lock.h - a lock that is taken in one instruction and given back by a plain store. It sleeps only
 * when contended.
 *
 * A thread that takes a lock again and again, while others hardly do, may own it: then it needs not
 * even that one atomic instruction, which costs as much as all the rest of starting or stopping a
 * timer. It says that it is inside and looks whether anybody else holds the lock; another thread, a
 * guest, takes the lock and makes the kernel run a memory barrier on all threads before it looks
 * whether the owner is inside. One of both sees the other. When guests come too often, one of them
 * ends the ownership; so it goes, too, when the owner has ended.
 *
 * Order, outermost first: an owner's of shards' timers (the scheduler, a context), one shard's, the
 * executor's, that of cells, that of names. Two of a kind are never taken together, but in the
 * order of their addresses; in that order a select takes the locks of its channels and shards, and
 * nobody takes a channel's under a shard's otherwise.
 */
#ifndef GOTIME_LOCK_H
#define GOTIME_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* All zeros is a free lock without an owner. */
struct lock {
    uint32_t held; /* not by its owner, unless a guest was in the way */
    uint32_t sleepers;
    uint32_t owner;  /* a thread, as of lock_self; 0: none. Changes while `held` */
    uint32_t inside; /* the owner is */
    uint32_t uses;   /* by the owner since the last guest; or as lock_court() counts */
    uint32_t first;  /* the only thread that may ever be its owner: `inside` is its own for good */
};

/* Of the calling thread; never 0. */
extern __thread uint32_t lock_self HIDDEN __attribute__((tls_model("initial-exec")));

void lock_take_slow(struct lock *lock);
void lock_wake(struct lock *lock);
void lock_visit(struct lock *lock);
void lock_own(struct lock *lock);

#define LOCK_COURTSHIP 1000

/* Held, by a thread that expects to take it often: makes it the owner once that seems worth it. */
static inline void lock_court(struct lock *lock)
{
    if (__builtin_expect(lock->owner == 0, 0) && ++lock->uses == LOCK_COURTSHIP)
        lock_own(lock);
}

static inline uint32_t lock_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline bool lock_try(struct lock *lock)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&lock->held, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* The second look at the owner is for a guest that has just ended the ownership. */
static inline bool lock_enter(struct lock *lock)
{
    __atomic_store_n(&lock->inside, 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__builtin_expect(__atomic_load_n(&lock->held, __ATOMIC_ACQUIRE) == 0 &&
                             lock_load(&lock->owner) == lock_self,
                         1)) {
        lock->uses++;
        return true;
    }
    __atomic_store_n(&lock->inside, 0, __ATOMIC_RELEASE);
    return false;
}

static inline void lock_take(struct lock *lock)
{
    if (lock_load(&lock->owner) == lock_self) {
        if (lock_enter(lock))
            return;
    } else if (__builtin_expect(lock_try(lock), 1)) {
        if (__builtin_expect(lock_load(&lock->owner) != 0, 0))
            lock_visit(lock);
        return;
    }
    lock_take_slow(lock);
}

/*
 * An exchange would cost as much again as the taking. The price of the plain stores: somebody who
 * goes to sleep at this very instant may be overlooked, and so sleeps for a moment only.
 */
static inline void lock_give(struct lock *lock)
{
    if (lock_load(&lock->owner) == lock_self && lock_load(&lock->inside)) {
        __atomic_store_n(&lock->inside, 0, __ATOMIC_RELEASE);
        return;
    }
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(lock_load(&lock->sleepers) != 0, 0))
        lock_wake(lock);
}

#endif
