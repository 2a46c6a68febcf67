#include "lock.h"

#include "clock.h"
#include "futex.h"

#define SPINS 100
#define NAP_NS 200000

static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool lock_spin(struct lock *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) == 0 && lock_try(lock))
            return true;
        cpu_relax();
    }
    return false;
}

void lock_take_slow(struct lock *lock)
{
    while (!lock_spin(lock)) {
        __atomic_fetch_add(&lock->sleepers, 1, __ATOMIC_SEQ_CST);
        futex_wait_until(&lock->held, 1, clock_monotonic() + NAP_NS);
        __atomic_fetch_sub(&lock->sleepers, 1, __ATOMIC_RELAXED);
    }
}

void lock_wake(struct lock *lock)
{
    futex_wake(&lock->held, 1);
}
