/*
 * atomic.h - steps that no other thread sees half done. Each takes the time of fifty instructions;
 * a thread that is alone in its process does without, as malloc() does: by one instruction all the
 * same, where there is such a one, so that no signal handler comes between.
 */
#ifndef TIMERLEAK_ATOMIC_H
#define TIMERLEAK_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>

#ifdef __x86_64__
#define ATOMIC_ALONE (__libc_single_threaded)
#define ATOMIC_REPLACE_ALONE(word, before, after)                                                  \
    ({                                                                                             \
        bool replaced;                                                                             \
        __asm__("cmpxchg %[to], %[at]"                                                             \
                : [at] "+m"(*(word)), "+a"(*(before)), "=@ccz"(replaced)                           \
                : [to] "r"(after)                                                                  \
                : "memory");                                                                       \
        replaced;                                                                                  \
    })
#else
#define ATOMIC_ALONE false
#define ATOMIC_REPLACE_ALONE(word, before, after) false
#endif

/*
 * Puts `after` in the place of `*before`; false, and `*before` is what is there, when that is
 * something else.
 */
static inline bool atomic_replace_32(uint32_t *word, uint32_t *before, uint32_t after)
{
    if (ATOMIC_ALONE)
        return ATOMIC_REPLACE_ALONE(word, before, after);
    return __atomic_compare_exchange_n(word, before, after, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static inline bool atomic_replace_64(uint64_t *word, uint64_t *before, uint64_t after)
{
    if (ATOMIC_ALONE)
        return ATOMIC_REPLACE_ALONE(word, before, after);
    return __atomic_compare_exchange_n(word, before, after, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

#endif
