/*
 * expiry.h - whether a timer has expired, worked out from its deadline and the clock it runs on,
 * the way the kernel does it.
 */
#ifndef TIMERLEAK_EXPIRY_H
#define TIMERLEAK_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "recording.h"

enum expired { EXPIRED_NO, EXPIRED_YES, EXPIRED_UNKNOWN };

/* What expiry_set() does in the rarer cases. */
void expiry_set_slowly(struct tlk_timer *timer, uint64_t value, bool absolute, uint64_t now);

/*
 * Of a timer that goes by the monotonic clock, and is to expire `value` ns from `now`: coarse, but
 * for the first time.
 */
static inline void expiry_postpone(struct tlk_timer *timer, uint64_t value, uint64_t now)
{
    timer->armed_at = now;
    timer->deadline = (int64_t)(now + value);
    timer->flags |= timer->armed ? TLK_COARSE_DEADLINE : 0;
}

/*
 * Sets the deadline of a timer that is being armed: `value` ns from now, or on its clock. `now` is
 * precise for the first arming, else coarse.
 */
static inline void expiry_set(struct tlk_timer *timer, uint64_t value, bool absolute, uint64_t now)
{
    if (timer->armed == 0 || timer->interval || absolute ||
        timer->deadline_clock != CLOCK_MONOTONIC || value > INT64_MAX - now)
        expiry_set_slowly(timer, value, absolute, now);
    else
        expiry_postpone(timer, value, now);
}

/*
 * Whether the first expiration of the current arming that the program has not seen yet is over, as
 * far as the coarse clock tells. `coarse` is clock_coarse() in this and the others.
 */
enum expired expiry_guess(const struct tlk_timer *timer, uint64_t coarse);

/* The same by the precise clock, where the coarse one leaves it open. */
enum expired expiry_check(const struct tlk_timer *timer, uint64_t coarse);

/* How often, at least, a periodic timer has expired since it was armed; 0 when unknown. */
uint64_t expiry_count(const struct tlk_timer *timer);

#endif
