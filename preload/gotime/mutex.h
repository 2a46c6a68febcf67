/*
 * mutex.h - a lock that is taken in one instruction and given back by a plain store. It sleeps only
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
#ifndef GOTIME_MUTEX_H
#define GOTIME_MUTEX_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* All zeros is a free lock without an owner. */
struct mutex {
    uint32_t held; /* not by its owner, unless a guest was in the way */
    uint32_t sleepers;
    uint32_t owner;  /* a thread, as of mutex_self; 0: none. Changes while `held` */
    uint32_t inside; /* the owner is */
    uint32_t uses;   /* by the owner since the last guest; or as mutex_court() counts */
    uint32_t first;  /* the only thread that may ever be its owner: `inside` is its own for good */
};

/* Of the calling thread; never 0. */
extern __thread uint32_t mutex_self HIDDEN __attribute__((tls_model("initial-exec")));

void mutex_take_slow(struct mutex *lock);
void mutex_wake(struct mutex *lock);
void mutex_visit(struct mutex *lock);
void mutex_own(struct mutex *lock);

#define LOCK_COURTSHIP 1000

/* Held, by a thread that expects to take it often: makes it the owner once that seems worth it. */
static inline void mutex_court(struct mutex *lock)
{
    if (__builtin_expect(lock->owner == 0, 0) && ++lock->uses == LOCK_COURTSHIP)
        mutex_own(lock);
}

static inline uint32_t mutex_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline bool mutex_try(struct mutex *lock)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&lock->held, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* The second look at the owner is for a guest that has just ended the ownership. */
static inline bool mutex_enter(struct mutex *lock)
{
    __atomic_store_n(&lock->inside, 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__builtin_expect(__atomic_load_n(&lock->held, __ATOMIC_ACQUIRE) == 0 &&
                             mutex_load(&lock->owner) == mutex_self,
                         1)) {
        lock->uses++;
        return true;
    }
    __atomic_store_n(&lock->inside, 0, __ATOMIC_RELEASE);
    return false;
}

static inline void mutex_take(struct mutex *lock)
{
    if (mutex_load(&lock->owner) == mutex_self) {
        if (mutex_enter(lock))
            return;
    } else if (__builtin_expect(mutex_try(lock), 1)) {
        if (__builtin_expect(mutex_load(&lock->owner) != 0, 0))
            mutex_visit(lock);
        return;
    }
    mutex_take_slow(lock);
}

/*
 * An exchange would cost as much again as the taking. The price of the plain stores: somebody who
 * goes to sleep at this very instant may be overlooked, and so sleeps for a moment only.
 */
static inline void mutex_give(struct mutex *lock)
{
    if (mutex_load(&lock->owner) == mutex_self && mutex_load(&lock->inside)) {
        __atomic_store_n(&lock->inside, 0, __ATOMIC_RELEASE);
        return;
    }
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(mutex_load(&lock->sleepers) != 0, 0))
        mutex_wake(lock);
}

#endif
