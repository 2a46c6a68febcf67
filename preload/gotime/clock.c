#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gotime.h"

#define SECOND 1000000000

struct mock_clock mock_clock;

int64_t gt_now(void)
{
    return clock_now();
}

void clock_notice(void)
{
    __atomic_fetch_add(&mock_clock.arrivals, 1, __ATOMIC_RELEASE);
    futex_wake(&mock_clock.arrivals, INT_MAX);
}

/* ---- sleeping ---- */

void futex_wait(const uint32_t *word, uint32_t value)
{
    futex_wait_until(word, value, INT64_MAX);
}

/* FUTEX_WAIT_BITSET, because its deadline is absolute: nothing is lost between reading the clock
 * and going to sleep. */
void futex_wait_until(const uint32_t *word, uint32_t value, int64_t deadline)
{
    struct timespec until = {deadline / SECOND, deadline % SECOND};
    int saved = errno;

    if (deadline < 0)
        return;
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value,
            deadline == INT64_MAX ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
    errno = saved;
}

void futex_wake(const uint32_t *word, int waiters)
{
    int saved = errno;

    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, NULL, NULL, 0);
    errno = saved;
}
