/*
 * clock.h - what time it is, and sleeping until then or until a word changes. Never the wall clock:
 * setting it must move nothing.
 */
#ifndef GOTIME_CLOCK_H
#define GOTIME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
 * Variables that are the library's own. Without it the compiler takes what it only sees declared
 * for another library's, and goes through a table each time.
 */
#define HIDDEN __attribute__((visibility("hidden")))

/* What each start and stop goes through, which the compiler would call: that took a tenth of it. */
#define INLINED inline __attribute__((always_inline))

/* The mock clock. `mocked` changes only while all shards are locked. */
struct mock_clock {
    uint32_t mocked;
    uint32_t arrivals; /* a futex: timers that began to wait */
    int64_t now;
};

extern struct mock_clock mock_clock HIDDEN;

/* The last instant there is; nothing is ever due at GT_NEVER. */
#define CLOCK_END (INT64_MAX - 1)

static inline bool clock_mocked(void)
{
    return __builtin_expect(__atomic_load_n(&mock_clock.mocked, __ATOMIC_RELAXED) != 0, 0);
}

static inline int64_t clock_monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* As gt_now(), without the call. */
static inline int64_t clock_now(void)
{
    return clock_mocked() ? __atomic_load_n(&mock_clock.now, __ATOMIC_ACQUIRE) : clock_monotonic();
}

/* A timer waits now, by the mock clock: for gt_clock_mock_await(). */
void clock_notice(void);

/* INT64_MAX, GT_NEVER, where it would overflow; `now` itself for what is not positive. */
static inline int64_t clock_after(int64_t now, int64_t duration)
{
    int64_t deadline;

    if (duration <= 0)
        return now;
    return __builtin_add_overflow(now, duration, &deadline) ? INT64_MAX : deadline;
}

/* ---- sleeping: deadlines are CLOCK_MONOTONIC; errno is left alone ---- */

/* While the word has this value, until woken; may return for nothing. */
void futex_wait(const uint32_t *word, uint32_t value);

/* The same, at most until the deadline, in nanoseconds; INT64_MAX: no deadline. */
void futex_wait_until(const uint32_t *word, uint32_t value, int64_t deadline);

void futex_wake(const uint32_t *word, int waiters);

#endif
