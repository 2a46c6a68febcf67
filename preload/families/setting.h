/*
 * setting.h - a settime in progress: timer_settime() and timerfd_settime() are the same to the
 * ledger.
 *
 * A server that pushes a deadline on with every byte it gets sets a timer that runs already, and
 * that may be its hottest call of all; another makes a timer for each request, and sets it once.
 * These have a way of their own, kept short and inline: postponing, the first time from never.
 */
#ifndef TIMERLEAK_SETTING_H
#define TIMERLEAK_SETTING_H

#include "families/family.h"

static inline uint64_t nanoseconds(const struct timespec *time)
{
    return time->tv_sec >= INT64_MAX / 1000000000
               ? INT64_MAX /* as the kernel does: never */
               : (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

/*
 * The program may pass one buffer for the new and the old value; and when it doesn't ask for the
 * old one, the kernel's account may still be worth having.
 */
struct setting {
    struct timer_ref ref;
    uint64_t now;
    enum running running;
    bool copied;
    struct itimerspec wanted, account;
    struct itimerspec *old; /* to be passed on */
};

void setting_prepare(struct setting *setting, struct timer_ref ref, const struct itimerspec *wanted,
                     struct itimerspec *old);

/* After the real call succeeded, which makes `wanted` readable and `old` written. `caller`: of the
 * hook. */
void setting_report(const struct setting *setting, const struct itimerspec *wanted, bool absolute,
                    const void *caller);

/* Of a one-shot timer that runs, by the clock, for some time yet, or was never set. */
struct postponing {
    uint32_t slot, generation;
    struct tlk_timer *timer;
    uint64_t now;
};

/* Before a settime that does not ask for the old value. False: it is to be a setting. */
static inline bool postponing_begin(struct postponing *postponing, uint32_t slot,
                                    const struct itimerspec *old)
{
    struct tlk_timer *timer;

    if (!slot || old || !gate_open())
        return false;
    timer = timer_at(slot);
    postponing->slot = slot;
    postponing->timer = timer;
    postponing->generation = timer->generation;
    if (!timer_is_live(timer) || !timer_is_simple(timer))
        return false;
    if (timer_is_new(timer)) {
        postponing->now = clock_mono();
        return true;
    }
    postponing->now = clock_coarse();
    return timer->flags & TLK_ARMED && timer_runs_until(timer, postponing->now + CLOCK_LAG);
}

void postponing_turns_out_else(const struct postponing *postponing, const struct itimerspec *wanted,
                               bool absolute, const void *caller);

/* After the real call succeeded. */
static inline void postponing_end(const struct postponing *postponing,
                                  const struct itimerspec *wanted, bool absolute,
                                  const void *caller)
{
    if (absolute || wanted->it_interval.tv_sec || wanted->it_interval.tv_nsec ||
        !timer_postponed(postponing->timer, postponing->generation, nanoseconds(&wanted->it_value),
                         postponing->now, caller))
        postponing_turns_out_else(postponing, wanted, absolute, caller);
}

#endif
