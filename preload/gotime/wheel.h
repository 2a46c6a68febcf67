/*
 * wheel.h - the waiting timers of a shard, in a hierarchical timing wheel that is exact to the
 * nanosecond. Starting and stopping are O(1) whatever waits, and nothing is ever allocated.
 *
 * A slot of level n spans 64^n ns, and a level 64 slots ahead of the wheel's time. A timer goes to
 * the coarsest slots that its distance asks for. When time reaches a slot it is opened: what is
 * due fires, the rest moves to finer slots. Each slot knows its earliest deadline, so that time
 * need not stop at the start of a slot: a lone timer costs one wakeup, however far off it was.
 *
 * A slot is a list of timers linked by index. In its first one, `prev` is WHEEL_FIRST | slot.
 *
 * A timer may lie in an earlier slot than its deadline's: one that is put off stays where it is,
 * and moves on when that slot is opened. So a timeout that is always put off costs next to nothing.
 *
 * All under the lock of the shard. Times are those of clock.h.
 */
#ifndef GOTIME_WHEEL_H
#define GOTIME_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "timer.h"

#define WHEEL_LEVELS 11 /* 66 bits */
#define WHEEL_BITS 6
#define WHEEL_SLOTS 64
#define WHEEL_OPEN (WHEEL_LEVELS * WHEEL_SLOTS) /* the slot that is being opened */
#define WHEEL_FIRST (UINT32_C(1) << 31)

#define WHEEL_AHEAD 4                /* a power of two */
#define WHEEL_LAG (INT64_C(1) << 20) /* ns; see wheel_notice() */

/*
 * A long list is walked at the pace of memory, unless what comes is fetched in time. So each timer
 * knows which was put in some places before it. That one may be gone, or in another list: fetching
 * it is in vain then, and no more.
 */
struct slot {
    int64_t earliest; /* no deadline in it is earlier */
    uint32_t first;
    uint32_t pushed;              /* timers so far */
    uint32_t recent[WHEEL_AHEAD]; /* the last of them, by turns */
};

struct wheel {
    uint64_t now;                    /* as of instant_of() */
    uint64_t occupied[WHEEL_LEVELS]; /* a bit for each slot that is not empty */
    uint64_t opened[WHEEL_LEVELS];   /* the last slot that was opened, counted from time 0 */
    struct slot slots[WHEEL_OPEN + 1];
};

/* Of an empty wheel. */
void wheel_begin(struct wheel *wheel, int64_t now);

/*
 * The index of a timer that is due, taken out; 0 if there is none, or once `steps`, which counts
 * down with each timer that is looked at, is 0.
 */
uint32_t wheel_take(struct wheel *wheel, int64_t now, unsigned *steps);

/*
 * When to call wheel_take() again: no timer is due earlier. INT64_MIN: at once, for there was more
 * to do than `steps`; INT64_MAX: never.
 */
int64_t wheel_next(const struct wheel *wheel);

/* Times in the order of unsigned numbers, for shifts and differences. */
static inline uint64_t instant_of(int64_t time)
{
    return (uint64_t)time ^ UINT64_C(1) << 63;
}

static inline uint64_t slot_of(uint64_t instant, unsigned level)
{
    return instant >> WHEEL_BITS * level;
}

void wheel_catch_up(struct wheel *wheel, uint64_t instant);

/*
 * Tells the time, which may be known to a microsecond or so only, where nothing is to be fired:
 * a wheel that lags behind for long puts timers into slots that are too coarse.
 */
static inline void wheel_notice(struct wheel *wheel, int64_t now)
{
    if (__builtin_expect((int64_t)(instant_of(now) - wheel->now) >= WHEEL_LAG, 0))
        wheel_catch_up(wheel, instant_of(now));
}

static inline void slot_push(struct wheel *wheel, uint32_t number, uint32_t index,
                             struct timer *timer)
{
    struct slot *slot = &wheel->slots[number];
    uint32_t first = slot->first, *recent = &slot->recent[slot->pushed++ % WHEEL_AHEAD];

    timer->next = first;
    timer->prev = WHEEL_FIRST | number;
    timer->ahead = *recent;
    *recent = index;
    slot->first = index;
    if (first) {
        timer_cell(first)->prev = index;
        if (timer->deadline < slot->earliest)
            slot->earliest = timer->deadline;
    } else {
        slot->earliest = timer->deadline;
        if (number != WHEEL_OPEN)
            wheel->occupied[number / WHEEL_SLOTS] |= UINT64_C(1) << number % WHEEL_SLOTS;
    }
}

/* Takes it out of the slot that it is in. */
static inline void wheel_remove(struct wheel *wheel, const struct timer *timer)
{
    uint32_t number = timer->prev & ~WHEEL_FIRST;

    if (timer->next)
        timer_cell(timer->next)->prev = timer->prev;
    if (!(timer->prev & WHEEL_FIRST)) {
        timer_cell(timer->prev)->next = timer->next;
        return;
    }
    wheel->slots[number].first = timer->next;
    if (!timer->next && number != WHEEL_OPEN)
        wheel->occupied[number / WHEEL_SLOTS] &= ~(UINT64_C(1) << number % WHEEL_SLOTS);
}

/*
 * Into the slot that its deadline asks for: at most 64 slots ahead, where the present one comes
 * round again.
 */
static inline void wheel_add(struct wheel *wheel, uint32_t index, struct timer *timer)
{
    uint64_t due = instant_of(timer->deadline);

    if (due <= wheel->now) {
        slot_push(wheel, WHEEL_OPEN, index, timer);
        return;
    }
    unsigned level = (63 - (unsigned)__builtin_clzll(due - wheel->now)) / WHEEL_BITS;
    slot_push(wheel, level * WHEEL_SLOTS + slot_of(due, level) % WHEEL_SLOTS, index, timer);
}

/* What is wrong with it, or NULL; counts its timers. For tests. */
const char *wheel_check(const struct wheel *wheel, size_t *timers);

#endif
