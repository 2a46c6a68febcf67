/*
 * extras.h - what few timers have, beside their slots: see struct tlk_extra. Async-signal-safe.
 */
#ifndef TIMERLEAK_EXTRAS_H
#define TIMERLEAK_EXTRAS_H

#include <stddef.h>
#include <stdint.h>

#include "tables/regions.h"

/* NULL: it has none. */
static inline struct tlk_extra *extra_of(const struct tlk_timer *timer)
{
    uint32_t made = timer->thread;

    return made & TLK_EXTRA ? region_place(TLK_EXTRAS, made & (TLK_EXTRA - 1),
                                           sizeof(struct tlk_extra), TLK_FIRST_EXTRAS)
                            : NULL;
}

/* The timer's, from now on if it had none. NULL, and counted as dropped, when there is no room. */
struct tlk_extra *extra_need(struct tlk_timer *timer);

/* The timer has ended. */
void extra_end(struct tlk_timer *timer);

/* In a forked child: all are free. */
void extras_reset(void);

/* Expirations, of all armings and of the last. */
static inline uint64_t timer_expirations(const struct tlk_timer *timer)
{
    const struct tlk_extra *extra = extra_of(timer);

    return timer->fired + (extra ? (uint64_t)extra->fired_high << 32 : 0);
}

static inline uint64_t timer_expirations_now(const struct tlk_timer *timer)
{
    const struct tlk_extra *extra = extra_of(timer);

    return timer->fired_now + (extra ? (uint64_t)extra->fired_now_high << 32 : 0);
}

static inline void timer_forget_expirations_now(struct tlk_timer *timer)
{
    struct tlk_extra *extra = extra_of(timer);

    timer->fired_now = 0;
    if (extra)
        extra->fired_now_high = 0;
}

/* So many more, of ended armings; of this one, too. */
void timer_add_expirations(struct tlk_timer *timer, uint64_t expirations);
void timer_add_expirations_now(struct tlk_timer *timer, uint64_t expirations);

#endif
