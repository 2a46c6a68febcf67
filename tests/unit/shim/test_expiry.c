/* Whether a timer has expired. */
#include "ledger/expiry.h"

#include "core/clock.h"
#include "fixture.h"
#include "tables/extras.h"
#include "tables/mapfile.h"

#include <criterion/criterion.h>

#define TICK ((uint64_t)4000000)
#define LAG ((uint64_t)CLOCK_LAG)
#define DEADLINE ((uint64_t)1000000000000)

static void begin_with_a_known_tick(void)
{
    begin();
    recording->clock_resolution = TICK;
}

TestSuite(expiry, .init = begin_with_a_known_tick, .fini = end);

static struct tlk_timer timer_due(int64_t deadline, uint64_t interval)
{
    return (struct tlk_timer){.deadline = deadline,
                              .interval = interval,
                              .armed = 1,
                              .clock = CLOCK_MONOTONIC,
                              .deadline_clock = CLOCK_MONOTONIC};
}

/* ---- has it expired? ---- */

/* It may be behind. */
Test(expiry, the_coarse_clock_leaves_some_time_open)
{
    struct tlk_timer timer = timer_due((int64_t)DEADLINE, 0);

    cr_expect_eq(expiry_guess(&timer, DEADLINE - LAG - 1), EXPIRED_NO);
    cr_expect_eq(expiry_guess(&timer, DEADLINE - LAG), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_guess(&timer, DEADLINE - 1), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_guess(&timer, DEADLINE), EXPIRED_YES);
}

/* The true deadline may be a tick later. */
Test(expiry, a_coarse_deadline_leaves_more)
{
    struct tlk_timer timer = timer_due((int64_t)DEADLINE, 0);

    timer.flags = TLK_COARSE_DEADLINE;
    cr_expect_eq(expiry_guess(&timer, DEADLINE - LAG - 1), EXPIRED_NO);
    cr_expect_eq(expiry_guess(&timer, DEADLINE), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_guess(&timer, DEADLINE + TICK - 1), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_guess(&timer, DEADLINE + TICK), EXPIRED_YES);
}

Test(expiry, a_periodic_one_is_due_for_what_was_not_seen_yet)
{
    struct tlk_timer timer = timer_due((int64_t)DEADLINE, SECOND);

    timer.fired_now = 3;
    cr_expect_eq(expiry_guess(&timer, DEADLINE + 2 * SECOND), EXPIRED_NO);
    cr_expect_eq(expiry_guess(&timer, DEADLINE + 3 * SECOND), EXPIRED_YES);
    timer_add_expirations_now(&timer, UINT64_MAX - 3); /* the program read nonsense */
    cr_expect_eq(timer_expirations_now(&timer), UINT64_MAX);
    cr_expect_neq(expiry_guess(&timer, DEADLINE - SECOND), EXPIRED_YES);
}

Test(expiry, other_clocks_are_asked_only_in_earnest)
{
    struct tlk_timer timer = timer_due(1, 0);

    timer.deadline_clock = CLOCK_REALTIME;
    cr_expect_eq(expiry_guess(&timer, DEADLINE), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_check(&timer, DEADLINE), EXPIRED_YES);
    timer.deadline = INT64_MAX;
    cr_expect_eq(expiry_check(&timer, DEADLINE), EXPIRED_NO);
}

Test(expiry, of_a_clock_that_may_not_be_read_nothing_is_known)
{
    struct tlk_timer timer = timer_due(1, SECOND);

    timer.deadline_clock = -1;
    cr_expect_eq(expiry_check(&timer, DEADLINE), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_count(&timer), 0);
}

Test(expiry, where_the_coarse_clock_leaves_it_open_the_precise_one_decides)
{
    uint64_t now = clock_mono();
    struct tlk_timer timer = timer_due((int64_t)now, 0);

    cr_assert_eq(expiry_guess(&timer, now - 1), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_check(&timer, now - 1), EXPIRED_YES);
    timer.deadline = (int64_t)(now + 1000 * SECOND);
    cr_assert_eq(expiry_guess(&timer, now + 1000 * SECOND - 1), EXPIRED_UNKNOWN);
    cr_expect_eq(expiry_check(&timer, now + 1000 * SECOND - 1), EXPIRED_NO);
}

Test(expiry, periods_are_counted_with_the_first)
{
    uint64_t now = clock_mono(), period = now / 16;
    struct tlk_timer timer = timer_due((int64_t)(now + period), period);

    cr_expect_eq(expiry_count(&timer), 0);
    timer.deadline = (int64_t)now;
    cr_expect_eq(expiry_count(&timer), 1);
    timer.deadline = (int64_t)(now - 7 * period);
    cr_expect_eq(expiry_count(&timer), 8);
    timer.interval = 0;
    cr_expect_eq(expiry_count(&timer), 0, "a one-shot has none");
}

/* ---- setting the deadline ---- */

static struct tlk_timer timer_of(clockid_t clock, uint32_t armed)
{
    return (struct tlk_timer){
        .clock = (int16_t)clock, .deadline_clock = (int16_t)clock_readable(clock), .armed = armed};
}

static struct tlk_timer set(struct tlk_timer timer, uint64_t value, bool absolute)
{
    expiry_set(&timer, value, absolute, DEADLINE);
    return timer;
}

Test(expiry, the_first_arming_is_timed_precisely)
{
    struct tlk_timer timer = set(timer_of(CLOCK_MONOTONIC, 0), SECOND, false);

    cr_expect_eq(timer.armed_at, DEADLINE);
    cr_expect_eq(timer.deadline, (int64_t)(DEADLINE + SECOND));
    cr_expect_eq(timer.flags & TLK_COARSE_DEADLINE, 0);
}

Test(expiry, later_ones_coarsely)
{
    struct tlk_timer timer = set(timer_of(CLOCK_MONOTONIC, 1), SECOND, false);

    cr_expect_eq(timer.armed_at, DEADLINE);
    cr_expect_eq(timer.deadline, (int64_t)(DEADLINE + SECOND));
    cr_expect(timer.flags & TLK_COARSE_DEADLINE);
}

Test(expiry, an_absolute_deadline_is_exact_on_its_own_clock)
{
    struct tlk_timer timer = timer_of(CLOCK_REALTIME, 1);

    timer.flags = TLK_COARSE_DEADLINE;
    timer = set(timer, 1700000000 * SECOND, true);
    cr_expect_eq(timer.deadline, (int64_t)(1700000000 * SECOND));
    cr_expect_eq(timer.deadline_clock, CLOCK_REALTIME);
    cr_expect_eq(timer.flags & TLK_COARSE_DEADLINE, 0);
}

/* Setting the wall clock does not change for how long it waits. */
Test(expiry, a_relative_one_of_the_wall_clock_is_monotonic)
{
    struct tlk_timer timer = set(timer_of(CLOCK_REALTIME, 0), SECOND, false);

    cr_expect_eq(timer.deadline_clock, CLOCK_MONOTONIC);
    cr_expect_eq(timer.deadline, (int64_t)(DEADLINE + SECOND));
    timer.armed = 1;
    timer = set(timer, 1700000000 * SECOND, true);
    cr_expect_eq(timer.deadline_clock, CLOCK_REALTIME, "and absolute again");
}

Test(expiry, a_clock_that_runs_on_while_suspended)
{
    uint64_t before = clock_ns(CLOCK_BOOTTIME);
    struct tlk_timer timer = set(timer_of(CLOCK_BOOTTIME_ALARM, 3), SECOND, false);

    cr_expect_eq(timer.deadline_clock, CLOCK_BOOTTIME);
    cr_expect_geq(timer.deadline, (int64_t)(before + SECOND));
    cr_expect_leq(timer.deadline, (int64_t)(clock_ns(CLOCK_BOOTTIME) + SECOND));
}

Test(expiry, a_wait_by_whatever_clock_a_descriptor_has)
{
    struct tlk_timer timer = set(timer_of(CLOCK_UNKNOWN, 0), SECOND, false);

    cr_expect_eq(timer.deadline_clock, CLOCK_MONOTONIC);
    cr_expect_eq(timer.deadline, (int64_t)(DEADLINE + SECOND));
    timer = set(timer_of(CLOCK_UNKNOWN, 0), SECOND, true);
    cr_expect_eq(timer.deadline_clock, -1, "but the hour depends on it");
}

Test(expiry, the_time_of_a_processor_is_unknown)
{
    struct tlk_timer timer = set(timer_of(CLOCK_PROCESS_CPUTIME_ID, 0), SECOND, false);

    cr_expect_eq(timer.deadline_clock, -1);
    timer = set(timer_of(CLOCK_THREAD_CPUTIME_ID, 1), SECOND, true);
    cr_expect_eq(timer.deadline_clock, -1);
}

Test(expiry, a_wait_without_end_has_the_last_deadline_there_is)
{
    struct tlk_timer timer = set(timer_of(CLOCK_MONOTONIC, 1), UINT64_MAX, false);

    cr_expect_eq(timer.deadline, INT64_MAX);
    timer = set(timer_of(CLOCK_MONOTONIC, 0), INT64_MAX, false);
    cr_expect_eq(timer.deadline, INT64_MAX);
    cr_expect_eq(expiry_check(&timer, clock_coarse()), EXPIRED_NO);
}
