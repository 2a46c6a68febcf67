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
#define ATOMIC_REPLACE(type)                                                                       \
    {                                                                                              \
        type there;                                                                                \
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

static inline bool atomic_replace_32(uint32_t *word, uint32_t *before, uint32_t after)
    ATOMIC_REPLACE(uint32_t)

        static inline bool atomic_replace_64(uint64_t *word, uint64_t *before, uint64_t after)
            ATOMIC_REPLACE(uint64_t)

                static inline void atomic_add_64(uint64_t *count, uint64_t more)
{
    if (atomic_alone())
        __atomic_store_n(count, *count + more, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(count, more, __ATOMIC_RELAXED);
}

#endif
