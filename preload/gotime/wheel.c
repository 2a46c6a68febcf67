#include "wheel.h"

#define SLOT_MASK (WHEEL_SLOTS - 1)

static inline uint64_t rotate_right(uint64_t bits, unsigned by)
{
    return bits >> (by & 63) | bits << (-by & 63);
}

void wheel_begin(struct wheel *wheel, int64_t now)
{
    wheel->now = instant_of(now);
    for (unsigned level = 0; level < WHEEL_LEVELS; level++)
        wheel->opened[level] = slot_of(wheel->now, level);
}

/* ---- time ---- */

/* The occupied slots of a level that time has reached and that were not opened, from the first. */
static inline uint64_t slots_reached(const struct wheel *wheel, unsigned level)
{
    uint64_t last = wheel->opened[level], count = slot_of(wheel->now, level) - last;
    uint64_t ahead = rotate_right(wheel->occupied[level], (last + 1) & SLOT_MASK);

    return count < WHEEL_SLOTS ? ahead & ((UINT64_C(1) << count) - 1) : ahead;
}

void wheel_catch_up(struct wheel *wheel, uint64_t instant)
{
    wheel->now = instant;
    for (unsigned level = 0; level < WHEEL_LEVELS; level++)
        if (!slots_reached(wheel, level))
            wheel->opened[level] = slot_of(instant, level);
}

/* Empties the next slot that time has reached into the open one, which is empty. */
static bool wheel_open(struct wheel *wheel)
{
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        uint64_t reached = slots_reached(wheel, level);

        if (!reached) {
            wheel->opened[level] = slot_of(wheel->now, level);
            continue;
        }
        wheel->opened[level] += 1 + (unsigned)__builtin_ctzll(reached);
        uint32_t number = level * WHEEL_SLOTS + (wheel->opened[level] & SLOT_MASK);
        uint32_t first = wheel->slots[number].first;
        wheel->occupied[level] &= ~(UINT64_C(1) << number % WHEEL_SLOTS);
        wheel->slots[number].first = 0;
        wheel->slots[WHEEL_OPEN].first = first;
        timer_cell(first)->prev = WHEEL_FIRST | WHEEL_OPEN;
        return true;
    }
    return false;
}

uint32_t wheel_take(struct wheel *wheel, int64_t now, unsigned *steps)
{
    const struct slot *open = &wheel->slots[WHEEL_OPEN];

    if (instant_of(now) > wheel->now)
        wheel->now = instant_of(now);
    for (; *steps; --*steps) {
        uint32_t index = open->first;

        if (!index) {
            if (!wheel_open(wheel))
                return 0;
            index = open->first;
        }
        struct timer *timer = timer_cell(index);
        __builtin_prefetch(timer_cell(timer->ahead), 1);
        wheel_remove(wheel, timer);
        if (instant_of(timer->deadline) <= wheel->now)
            return index;
        wheel_add(wheel, index, timer);
    }
    return 0;
}

int64_t wheel_next(const struct wheel *wheel)
{
    int64_t next = INT64_MAX;

    if (wheel->slots[WHEEL_OPEN].first)
        return INT64_MIN;
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        unsigned after = (wheel->opened[level] + 1) & SLOT_MASK, first;
        uint64_t ahead = rotate_right(wheel->occupied[level], after);

        if (!ahead)
            continue;
        if (slots_reached(wheel, level))
            return INT64_MIN;
        first = (after + (unsigned)__builtin_ctzll(ahead)) & SLOT_MASK;
        if (wheel->slots[level * WHEEL_SLOTS + first].earliest < next)
            next = wheel->slots[level * WHEEL_SLOTS + first].earliest;
    }
    return next;
}

/* ---- for tests ---- */

static const char *slot_check(const struct wheel *wheel, unsigned number, uint64_t start,
                              size_t *timers)
{
    const struct slot *slot = &wheel->slots[number];
    uint32_t prev = WHEEL_FIRST | number;

    for (uint32_t index = slot->first; index; index = timer_cell(index)->next) {
        const struct timer *timer = timer_cell(index);

        if (timer->prev != prev)
            return "a timer does not know which comes before it";
        if (timer->state != TIMER_WAITING)
            return "a timer that does not wait is in the wheel";
        if (number != WHEEL_OPEN && timer->deadline < slot->earliest)
            return "a deadline is earlier than its slot says";
        if (instant_of(timer->deadline) < start)
            return "a timer is in a slot that will be opened too late";
        prev = index;
        ++*timers;
    }
    return NULL;
}

const char *wheel_check(const struct wheel *wheel, size_t *timers)
{
    const char *wrong = slot_check(wheel, WHEEL_OPEN, 0, timers);

    for (unsigned number = 0; number < WHEEL_OPEN && !wrong; number++) {
        unsigned level = number / WHEEL_SLOTS;
        uint64_t after = wheel->opened[level] + 1;
        uint64_t place = after + ((number - after) & SLOT_MASK);
        bool occupied = wheel->occupied[level] >> number % WHEEL_SLOTS & 1;

        if (occupied != (wheel->slots[number].first != 0))
            return "the map of the occupied slots is wrong";
        if (occupied)
            wrong = slot_check(wheel, number, place << WHEEL_BITS * level, timers);
    }
    return wrong;
}
