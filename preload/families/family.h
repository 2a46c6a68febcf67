/*
 * family.h - all that a family of timers needs. A family wraps the calls that make, set and end its
 * timers, and reports to the ledger what they did; it knows nothing below that.
 *
 * A hook has three rules. Whatever it does around the real call, the program gets that call's
 * result and errno. While the gate is shut it is the real call and nothing else. And it holds no
 * lock and no section while the real call runs, for that may block, be cancelled or be left by
 * siglongjmp().
 */
#ifndef TIMERLEAK_FAMILY_H
#define TIMERLEAK_FAMILY_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "shim/clock.h"
#include "shim/gate.h"
#include "shim/ledger.h"
#include "shim/process.h"
#include "shim/real.h"

#define HOOK __attribute__((visibility("default")))

/* The call that a hook is: for use in the hook itself, not below it. */
#define CALL(name, of_family)                                                                      \
    ((struct call){.function = (name),                                                             \
                   .family = (of_family),                                                          \
                   .frame = __builtin_dwarf_cfa(),                                                 \
                   .caller = __builtin_return_address(0),                                          \
                   .rbp = *(void **)__builtin_frame_address(0)})

static inline bool family_recorded(enum tlk_family family)
{
    return gate->families & 1u << family;
}

/* Whether a timer of this family that was just made is to be entered. */
static inline bool family_admits(enum tlk_family family)
{
    return (gate_open() || process_wake()) && family_recorded(family);
}

static inline uint64_t nanoseconds(const struct timespec *time)
{
    return time->tv_sec >= INT64_MAX / 1000000000
               ? INT64_MAX /* as the kernel does: never */
               : (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

/*
 * A settime in progress. The program may pass one buffer for the new and the old value; and when
 * it doesn't ask for the old one, the kernel's account may still be worth having.
 */
struct setting {
    struct timer_ref ref;
    uint64_t now;
    enum running running;
    bool copied;
    struct itimerspec wanted, account;
    struct itimerspec *old;
};

static inline void setting_prepare(struct setting *setting, struct timer_ref ref,
                                   const struct itimerspec *wanted, struct itimerspec *old)
{
    setting->ref = ref;
    setting->running = timer_prepare(ref, &setting->now);
    setting->copied = wanted && wanted == old;
    if (setting->copied)
        setting->wanted = *wanted;
    setting->old = !old && setting->running == RUNNING_PERHAPS ? &setting->account : old;
}

/* After the real call succeeded, which makes `wanted` readable and `old` written. */
static inline void setting_report(const struct setting *setting, const struct itimerspec *wanted,
                                  bool absolute)
{
    const struct itimerspec *set = setting->copied ? &setting->wanted : wanted;
    struct arming arming = {
        .now = setting->now,
        .absolute = absolute,
        .value = nanoseconds(&set->it_value),
        .interval = nanoseconds(&set->it_interval),
        .before = {.known = true, .running = setting->running == RUNNING_SURELY},
    };

    if (setting->running == RUNNING_PERHAPS)
        arming.before.running = nanoseconds(&setting->old->it_value) != 0;
    timer_armed(setting->ref, &arming);
}

#endif
