#include "core/lock.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/gate.h"
#include "core/machine.h"
#include "core/real.h"

#define SPINS 400
#define SPINS_ALONE 200000 /* where futex() may be a forbidden call: about a millisecond */
#define WAIT_NS 1000000
#define WAITS 100         /* in vain, one after the other: the holder is gone */
#define WAKES_MOST 100000 /* where others are always quicker */

enum { HELD = 1, GIVEN_UP = 2 };

static bool lock_spin(struct lock *lock, int spins)
{
    for (int i = 0; i < spins; i++) {
        uint32_t free = 0;

        cpu_relax();
        if (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

static bool is_given_up(const struct lock *lock)
{
    return __atomic_load_n(&lock->word, __ATOMIC_RELAXED) == GIVEN_UP;
}

/*
 * Sleeping is a system call, but one that every program with threads makes already, and without
 * it a real-time thread would spin away the processor that the holder needs.
 */
bool lock_take_slow(struct lock *lock)
{
    struct timespec wait = {.tv_nsec = WAIT_NS};
    uint32_t held = HELD;
    int saved = errno;
    bool taken = false;

    if (is_given_up(lock))
        return false;
    if (gate->sandboxed)
        return lock_spin(lock, SPINS_ALONE);
    taken = lock_spin(lock, SPINS);
    for (int waits = 0, wakes = 0;
         waits < WAITS && wakes < WAKES_MOST && !taken && !is_given_up(lock);) {
        __atomic_store_n(&lock->waiting, 1, __ATOMIC_RELAXED);
        if (real()->syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, HELD, &wait, NULL, 0) ==
                -1 &&
            errno == ETIMEDOUT) {
            waits++;
        } else {
            waits = 0; /* it was given back, and perhaps taken again */
            wakes++;
        }
        taken = lock_spin(lock, 1);
    }
    if (!taken) /* unless it was given back just now */
        __atomic_compare_exchange_n(&lock->word, &held, GIVEN_UP, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
    errno = saved;
    return taken;
}

void lock_wake(struct lock *lock)
{
    int saved = errno;

    __atomic_store_n(&lock->waiting, 0, __ATOMIC_RELAXED);
    if (!gate->sandboxed)
        real()->syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    errno = saved;
}
