/*
 * lock.h - a lock of one word. It never waits for ever: a holder may have been abandoned by a
 * siglongjmp() out of a signal handler, and the program must not hang for that. Who can't have the
 * lock in time goes without it and counts what it left out.
 *
 * Order: one lock at a time, but that growing a region (the catalog's, or that of the timers'
 * slots) takes the one for pages besides, a site that needs room for details the catalog's, and a
 * young timer that makes room the one of a shard. fork()
 * among threads takes all but those of single sites, which
 * lie in the recording: the catalog's, the live shards', the slots', the families'. None is held
 * during a call that unwinds; the loader's lock comes before the catalog's, never after it
 * (modules.c).
 */
#ifndef TIMERLEAK_LOCK_H
#define TIMERLEAK_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/atomic.h"

struct lock {
    uint32_t word;    /* 0 free, 1 held, 2 given up on */
    uint32_t waiting; /* some thread sleeps until it is free */
};

bool lock_take_slow(struct lock *lock);
void lock_wake(struct lock *lock);

/* Without waiting: for a signal handler, which may have interrupted the holder. */
static inline bool lock_try(struct lock *lock)
{
    uint32_t free = 0;

    return atomic_replace_32(&lock->word, &free, 1);
}

static inline bool lock_take(struct lock *lock)
{
    return lock_try(lock) || lock_take_slow(lock);
}

/*
 * A plain store: cheaper than an exchange by far. Who went to sleep just before it, unseen, wakes
 * up by itself a moment later.
 */
static inline void lock_give(struct lock *lock)
{
    __atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(__atomic_load_n(&lock->waiting, __ATOMIC_RELAXED), 0))
        lock_wake(lock);
}

#endif
