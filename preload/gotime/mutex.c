#include "mutex.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"

#define SPINS 100
#define NAP_NS 200000
#define SETTLED_NS 1000000 /* after so long any store of any processor is visible */
#define USES_WORTH 256     /* a guest costs as much as the owner saves in so many uses */

#define NOBODY UINT32_MAX

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__
#endif
#endif

__thread uint32_t mutex_self = NOBODY;

static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void mutex_nap(const uint32_t *word, int64_t duration)
{
    futex_wait_until(word, 1, clock_monotonic() + duration);
}

static bool mutex_spin(struct mutex *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (mutex_load(&lock->held) == 0 && mutex_try(lock))
            return true;
        cpu_relax();
    }
    return false;
}

void mutex_take_slow(struct mutex *lock)
{
    while (!mutex_spin(lock)) {
        __atomic_fetch_add(&lock->sleepers, 1, __ATOMIC_SEQ_CST);
        mutex_nap(&lock->held, NAP_NS);
        __atomic_fetch_sub(&lock->sleepers, 1, __ATOMIC_RELAXED);
    }
    if (mutex_load(&lock->owner) != 0 && mutex_load(&lock->owner) != mutex_self)
        mutex_visit(lock);
}

void mutex_wake(struct mutex *lock)
{
    futex_wake(&lock->held, 1);
}

/* ---- owners and guests ---- */

static bool mutex_barrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

/* Registered anew where a fork has lost it. A sandbox may refuse what it had allowed before. */
static void barrier_on_all_threads(struct mutex *lock)
{
    if (mutex_barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        return;
    if (mutex_barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
        mutex_barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        return;
    for (int64_t end = clock_monotonic() + SETTLED_NS; clock_monotonic() < end;)
        mutex_nap(&lock->held, SETTLED_NS);
}

void mutex_visit(struct mutex *lock)
{
    barrier_on_all_threads(lock);
    for (int i = 0; __atomic_load_n(&lock->inside, __ATOMIC_ACQUIRE); i++)
        if (i < SPINS)
            cpu_relax();
        else
            mutex_nap(&lock->inside, NAP_NS);
    if (lock->uses < USES_WORTH)
        __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
    lock->uses = 0;
}

#ifdef __SANITIZE_THREAD__

/* Which would not understand it. */
void mutex_own(struct mutex *lock)
{
    (void)lock;
}

#else

static uint32_t threads; /* that ever owned a lock */

/*
 * Were there a second owner, the first, held up between its look at `owner` and its mark at
 * `inside`, could wipe the mark of the second.
 */
void mutex_own(struct mutex *lock)
{
    if (lock->first && lock->first != mutex_self)
        return;
    if (!mutex_barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
        return;
    if (mutex_self == NOBODY)
        mutex_self = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    lock->first = mutex_self;
    __atomic_store_n(&lock->owner, mutex_self, __ATOMIC_RELAXED);
}

#endif
