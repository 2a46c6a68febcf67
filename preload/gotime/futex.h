/*
 * futex.h - sleeping until a word changes. Deadlines are CLOCK_MONOTONIC; errno is left alone.
 */
#ifndef GOTIME_FUTEX_H
#define GOTIME_FUTEX_H

#include <stdint.h>

/* While the word has this value, until woken; may return for nothing. */
void futex_wait(const uint32_t *word, uint32_t value);

/* The same, at most until the deadline, in nanoseconds; INT64_MAX: no deadline. */
void futex_wait_until(const uint32_t *word, uint32_t value, int64_t deadline);

void futex_wake(const uint32_t *word, int waiters);

#endif
