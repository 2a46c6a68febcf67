#include "ledger/expiry.h"

#include "core/clock.h"
#include "tables/extras.h"
#include "tables/mapfile.h"

void expiry_set_slowly(struct tlk_timer *timer, uint64_t value, bool absolute, uint64_t now)
{
    timer->armed_at = now;
    timer->flags &= (uint16_t)~TLK_COARSE_DEADLINE;
    timer->deadline_clock = (int8_t)clock_readable(timer->clock);
    timer->deadline = (int64_t)value;
    if (absolute || (timer->deadline_clock < 0 && timer->clock != CLOCK_UNKNOWN))
        return;
    /* A wait for a length of time does not care what the wall clock is set to meanwhile. */
    if (timer->deadline_clock == CLOCK_REALTIME || timer->clock == CLOCK_UNKNOWN)
        timer->deadline_clock = CLOCK_MONOTONIC;
    if (timer->deadline_clock != CLOCK_MONOTONIC)
        now = clock_ns(timer->deadline_clock);
    else if (timer->armed > 0 && !timer->interval)
        timer->flags |= TLK_COARSE_DEADLINE;
    else if (timer->armed > 0)
        now = clock_mono(); /* a tick would be many short periods */
    timer->deadline = value > INT64_MAX - now ? INT64_MAX : (int64_t)(now + value);
}

/* The deadline of the first expiration that has not been seen. */
static int64_t next_deadline(const struct tlk_timer *timer)
{
    uint64_t seen;

    if (!timer->interval ||
        __builtin_mul_overflow(timer_expirations_now(timer), timer->interval, &seen) ||
        seen > (uint64_t)(INT64_MAX - timer->deadline))
        return timer->deadline;
    return timer->deadline + (int64_t)seen;
}

/* How much later than known the deadline may be. */
static uint64_t deadline_lateness(const struct tlk_timer *timer)
{
    return timer->flags & TLK_COARSE_DEADLINE ? recording->clock_resolution : 0;
}

/* `now` is between `now` and `now + behind`, the deadline up to clock_resolution late. */
static enum expired deadline_compare(const struct tlk_timer *timer, uint64_t now, uint64_t behind)
{
    uint64_t deadline = (uint64_t)next_deadline(timer);

    if (now + behind < deadline)
        return EXPIRED_NO;
    return now >= deadline + deadline_lateness(timer) ? EXPIRED_YES : EXPIRED_UNKNOWN;
}

enum expired expiry_guess(const struct tlk_timer *timer, uint64_t coarse)
{
    if (timer->deadline_clock != CLOCK_MONOTONIC)
        return EXPIRED_UNKNOWN;
    return deadline_compare(timer, coarse, CLOCK_LAG);
}

enum expired expiry_check(const struct tlk_timer *timer, uint64_t coarse)
{
    enum expired guess = expiry_guess(timer, coarse);

    if (guess != EXPIRED_UNKNOWN || timer->deadline_clock < 0)
        return guess;
    return deadline_compare(timer, clock_ns(timer->deadline_clock), 0);
}

uint64_t expiry_count(const struct tlk_timer *timer)
{
    uint64_t now;

    if (timer->deadline_clock < 0 || !timer->interval)
        return 0;
    now = clock_ns(timer->deadline_clock) - deadline_lateness(timer);
    return now < (uint64_t)timer->deadline
               ? 0
               : (now - (uint64_t)timer->deadline) / timer->interval + 1;
}
