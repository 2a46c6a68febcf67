/*
 * atomic.h - steps that no other thread sees half done. Each takes the time of fifty instructions;
 * a thread that is alone in its process does without, as malloc() does. A signal handler, which
 * may come between, is over when the thread goes on: sections keep it from what matters here.
 */
#ifndef TIMERLEAK_ATOMIC_H
#define TIMERLEAK_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>

static inline bool atomic_alone(void)
{
    return __libc_single_threaded;
}

/*
 * Puts `after` in the place of `*before`; false, and `*before` is what is there, when that is
 * something else.
 */
#define ATOMIC_REPLACE(bits)                                                                       \
    static inline bool atomic_replace_##bits(uint##bits##_t *word, uint##bits##_t *before,         \
                                             uint##bits##_t after)                                 \
    {                                                                                              \
        uint##bits##_t there;                                                                      \
                                                                                                   \
        if (!atomic_alone())                                                                       \
            return __atomic_compare_exchange_n(word, before, after, false, __ATOMIC_ACQ_REL,       \
                                               __ATOMIC_ACQUIRE);                                  \
        there = __atomic_load_n(word, __ATOMIC_RELAXED);                                           \
        if (there != *before) {                                                                    \
            *before = there;                                                                       \
            return false;                                                                          \
        }                                                                                          \
        __atomic_store_n(word, after, __ATOMIC_RELEASE);                                           \
        return true;                                                                               \
    }

ATOMIC_REPLACE(32)
ATOMIC_REPLACE(64)

/* Alone, by one instruction where processors have it: a handler may count too. */
static inline void atomic_add_64(uint64_t *count, uint64_t more)
{
    if (atomic_alone())
        *count += more;
    else
        __atomic_fetch_add(count, more, __ATOMIC_RELAXED);
}

#endif
