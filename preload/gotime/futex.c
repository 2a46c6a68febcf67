#include "futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000

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
