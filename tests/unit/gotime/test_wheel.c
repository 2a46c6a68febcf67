/* The wheel, beside a plain array of deadlines. */
#include "gotime/wheel.h"

#include "engine_check.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define TIMERS 300
#define ALL UINT32_MAX

static struct wheel wheel;
static uint32_t timers[TIMERS];
static int64_t now;

static void begin(void)
{
    wheel_begin(&wheel, now);
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = cells_take(CELLS_TIMER);
        timer_cell(timers[i])->state = TIMER_IDLE;
    }
}

TestSuite(wheel, .init = begin);

static bool waits(int i)
{
    return timer_cell(timers[i])->state == TIMER_WAITING;
}

static void add(int i, int64_t deadline)
{
    struct timer *timer = timer_cell(timers[i]);

    timer->deadline = deadline;
    timer->state = TIMER_WAITING;
    wheel_add(&wheel, timers[i], timer);
}

static void take_out(int i)
{
    wheel_remove(&wheel, timer_cell(timers[i]));
    timer_cell(timers[i])->state = TIMER_IDLE;
}

static size_t check(void)
{
    size_t counted = 0, model = 0;
    const char *wrong = wheel_check(&wheel, &counted);

    for (int i = 0; i < TIMERS; i++)
        model += waits(i);
    cr_assert_null(wrong, "%s", wrong);
    cr_assert_eq(counted, model);
    return counted;
}

static int64_t earliest(void)
{
    int64_t deadline = INT64_MAX;

    for (int i = 0; i < TIMERS; i++)
        if (waits(i) && timer_cell(timers[i])->deadline < deadline)
            deadline = timer_cell(timers[i])->deadline;
    return deadline;
}

/* Takes what is due at `to`, in bites of so many steps: all of it, and nothing else. */
static void advance(int64_t to, unsigned bite)
{
    uint32_t index;

    now = to;
    do {
        unsigned steps = bite;

        while ((index = wheel_take(&wheel, now, &steps))) {
            cr_assert_leq(timer_cell(index)->deadline, now);
            timer_cell(index)->state = TIMER_IDLE;
        }
    } while (wheel_next(&wheel) == INT64_MIN);
    check();
    cr_assert_gt(earliest(), now);
    cr_assert_gt(wheel_next(&wheel), now);
    cr_assert_leq(wheel_next(&wheel), earliest());
}

/* Sleeps as the engine does: as long as wheel_next() says. How often it had to wake up. */
static int advance_by_waking(int64_t to, unsigned bite)
{
    int wakes = 0;

    for (int64_t next; (next = wheel_next(&wheel)) <= to; wakes++)
        advance(next > now ? next : now, bite);
    now = to;
    return wakes;
}

/* From nanoseconds to centuries, each magnitude as likely as the others. */
static int64_t duration(uint64_t *state)
{
    return (int64_t)(random_next(state) >> (1 + random_next(state) % 56));
}

static void step(uint64_t *random)
{
    int i = (int)(random_next(random) % TIMERS);
    struct timer *timer = timer_cell(timers[i]);
    int64_t later;

    switch (random_next(random) % 4) {
    case 0:
        if (waits(i))
            take_out(i);
        break;
    case 1: /* put off: it stays where it is */
        if (waits(i) && !__builtin_add_overflow(timer->deadline, duration(random), &later))
            timer->deadline = later;
        break;
    default:
        if (waits(i))
            take_out(i);
        if (__builtin_add_overflow(now, duration(random), &later))
            later = INT64_MAX;
        add(i, later);
    }
}

static void walk(int64_t from, uint64_t seed, int steps, unsigned bite)
{
    uint64_t random = seed;

    wheel_begin(&wheel, now = from);
    for (int i = 0; i < steps; i++) {
        int64_t to;

        step(&random);
        check();
        if (random_next(&random) % 8 || __builtin_add_overflow(now, duration(&random), &to))
            continue;
        if (to == INT64_MAX)
            continue;
        if (random_next(&random) % 2)
            advance(to, bite);
        else
            advance_by_waking(to < earliest() ? earliest() - 1 : earliest(), bite);
    }
}

Test(wheel, long_walks_find_each_deadline)
{
    walk(0, 1, 60000, ALL);
}

Test(wheel, walks_in_small_bites_do_too)
{
    walk(123456789, 2, 30000, 1);
    walk(UINT32_MAX, 3, 30000, 7);
}

Test(wheel, time_may_be_negative)
{
    walk(-5000000000, 4, 30000, ALL);
}

Test(wheel, a_lone_timer_costs_one_wakeup_however_far_off)
{
    static const int64_t far[] = {
        1, 63, 64, 4097, 999999999, INT64_C(86400000000000), INT64_MAX / 3};

    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        add(0, now + far[i]);
        cr_expect_eq(wheel_next(&wheel), now + far[i]);
        cr_expect_eq(advance_by_waking(now + far[i], ALL), 1);
        cr_expect_not(waits(0));
    }
}

Test(wheel, nothing_is_due_a_nanosecond_early)
{
    for (int64_t far = 1; far < INT64_MAX / 4; far = far * 3 + 1) {
        int64_t deadline = now + far;

        add(0, deadline);
        advance(deadline - 1, ALL);
        cr_expect(waits(0));
        advance(deadline, ALL);
        cr_expect_not(waits(0));
    }
}

/* The end of what a level reaches: the slot of the present comes round again. */
Test(wheel, the_64th_slot_is_the_last)
{
    for (int64_t span = 64; span < INT64_MAX / 128; span *= 64) {
        advance((now / span + 1) * span - 1, ALL);
        add(0, now + span * 64 - 1);
        add(1, now + span * 64);
        add(2, now + span * 63 + 1);
        check();
        advance_by_waking(now + span * 64, ALL);
        cr_expect_eq(check(), 0);
    }
}

Test(wheel, what_was_due_already_is_taken_at_once)
{
    advance(1000000, ALL);
    add(0, now);
    add(1, 5);
    cr_expect_eq(wheel_next(&wheel), INT64_MIN);
    advance(now, ALL);
    cr_expect_eq(check(), 0);
}

Test(wheel, never_is_never)
{
    add(0, INT64_MAX);
    advance(INT64_MAX - 1, ALL);
    cr_expect(waits(0));
    cr_expect_eq(wheel_next(&wheel), INT64_MAX);
}

Test(wheel, one_that_is_put_off_fires_at_its_last_deadline)
{
    add(0, 1000);
    timer_cell(timers[0])->deadline = 1000000;
    advance(1000, ALL);
    cr_expect(waits(0));
    cr_expect_eq(advance_by_waking(1000000, ALL), 1);
    cr_expect_not(waits(0));
}

/* A wheel that slept for an hour knows the time before it places what comes then: when the first of
 * them is due, hardly another one is touched. */
Test(wheel, after_a_long_sleep_timers_are_placed_as_finely_as_ever)
{
    int64_t hour = INT64_C(3600000000000), first = hour + 1000000000;
    unsigned steps = TIMERS;

    wheel_notice(&wheel, hour);
    for (int i = 0; i < TIMERS; i++)
        add(i, first + i * INT64_C(20000000));
    cr_expect_eq(wheel_take(&wheel, first, &steps), timers[0]);
    timer_cell(timers[0])->state = TIMER_IDLE;
    cr_expect_gt(steps, TIMERS - 5);
    now = first;
    advance_by_waking(first + TIMERS * INT64_C(20000000), ALL);
    cr_expect_eq(check(), 0);
}

Test(wheel, time_is_noticed_without_losing_what_was_reached)
{
    uint64_t random = 5;

    for (int i = 0; i < 20000; i++) {
        step(&random);
        wheel_notice(&wheel, now += (int64_t)(random_next(&random) % 3000000));
        check();
        if (random_next(&random) % 16 == 0)
            advance(now, 3);
    }
}
