/* What a live timer waits for: each state and flag, from its record and the time. */
#include "profile/states.h"
#include "recording_builder.h"

#include <criterion/criterion.h>
#include <time.h>

#define AGO(ns) ((int64_t)(START_MONO + HOUR) - (int64_t)(ns))
#define AHEAD(ns) ((int64_t)(START_MONO + HOUR) + (int64_t)(ns))

static const struct moment now = {START_MONO + HOUR, START_REAL + HOUR, START_BOOT + HOUR,
                                  RESOLUTION, START_MONO};

static struct timer_record record(uint16_t family, uint32_t flags)
{
    struct timer_record timer = {.family = family,
                                 .flags = flags,
                                 .created = START_MONO,
                                 .clock = CLOCK_MONOTONIC,
                                 .deadline_clock = CLOCK_MONOTONIC};
    timer.state = TLK_LIVE;
    return timer;
}

static struct timer_record armed(uint16_t family, int64_t deadline, uint64_t interval)
{
    struct timer_record timer = record(family, TLK_ARMED);
    timer.armed = 1;
    timer.deadline = deadline;
    timer.interval = interval;
    return timer;
}

static struct judgement judge(const struct timer_record *timer)
{
    struct judgement judgement;
    state_judge(timer, &now, &judgement);
    return judgement;
}

static void expect(const struct timer_record *timer, enum timer_state state, uint64_t fired)
{
    struct judgement judgement = judge(timer);
    cr_expect_eq(judgement.state, state, "%s, not %s", state_name(judgement.state),
                 state_name(state));
    cr_expect_eq(judgement.fired, fired, "%lu fires, not %lu", judgement.fired, fired);
}

Test(states, never_armed)
{
    struct timer_record timer = record(TLK_POSIX, 0);
    expect(&timer, NEVER_ARMED, 0);
    cr_expect_eq(judge(&timer).age, HOUR);
}

Test(states, disarmed_is_never_released)
{
    struct timer_record timer = record(TLK_TIMERFD, 0);
    timer.armed = 1;
    timer.stopped = 1;
    expect(&timer, NEVER_RELEASED, 0);
}

Test(states, one_shot_still_ahead_is_never_fired)
{
    struct timer_record timer = armed(TLK_POSIX, AHEAD(SECOND), 0);
    expect(&timer, NEVER_FIRED, 0);
    cr_expect_eq(judge(&timer).due, (int64_t)SECOND);
}

Test(states, a_ticker_is_due_when_it_expires_next)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(25 * SECOND), 10 * SECOND);
    cr_expect_eq(judge(&timer).next, (int64_t)(5 * SECOND));
    timer.fired = timer.fired_now = 1;
    cr_expect_eq(judge(&timer).next, (int64_t)(5 * SECOND), "the kernel goes by the clock");
    timer.deadline = AHEAD(3 * SECOND);
    timer.fired_now = 0;
    cr_expect_eq(judge(&timer).next, (int64_t)(3 * SECOND));
    timer.deadline = AGO(20 * SECOND);
    cr_expect_eq(judge(&timer).next, (int64_t)(10 * SECOND), "just now it expired");
}

/* The kernel sets a timerfd anew only once its expiration is read. */
Test(states, a_ticker_with_a_descriptor_waits_to_be_read)
{
    struct timer_record timer = armed(TLK_TIMERFD, AGO(25 * SECOND), 10 * SECOND);
    cr_expect_eq(judge(&timer).next, -(int64_t)(25 * SECOND), "since it expired first");
    timer.fired = timer.fired_now = 3;
    cr_expect_eq(judge(&timer).next, (int64_t)(5 * SECOND), "all were read");
    timer.fired_now = 2;
    cr_expect_eq(judge(&timer).next, -(int64_t)(5 * SECOND));
    timer.fired_now = 3;
    timer.flags |= TLK_UNREAD;
    cr_expect_eq(judge(&timer).next, -(int64_t)(5 * SECOND), "the last is unread");
}

/* A library comes to its timers when it can. */
Test(states, a_ticker_of_a_library_is_due_after_what_was_told)
{
    struct timer_record timer = armed(TLK_GOTIME, AGO(25 * SECOND), 10 * SECOND);
    timer.fired = timer.fired_now = 2;
    cr_expect_eq(judge(&timer).next, -(int64_t)(5 * SECOND));
    timer.fired_now = 3;
    cr_expect_eq(judge(&timer).next, (int64_t)(5 * SECOND));
}

Test(states, what_a_ticker_is_due_at_stays_within_bounds)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(25 * SECOND), UINT64_MAX);
    timer.fired_now = UINT64_MAX;
    cr_expect_eq(judge(&timer).next, INT64_MAX);
}

Test(states, one_shot_armed_again_after_a_fire_is_never_stopped)
{
    struct timer_record timer = armed(TLK_POSIX, AHEAD(SECOND), 0);
    timer.armed = 2;
    timer.fired = 1;
    expect(&timer, NEVER_STOPPED, 1);
}

Test(states, one_shot_expired_counts_as_fired)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(SECOND), 0);
    expect(&timer, NEVER_RELEASED, 1);
    cr_expect_not(judge(&timer).unread);
    cr_expect_not(judge(&timer).armed);
}

Test(states, one_shot_seen_fired_is_not_counted_twice)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(SECOND), 0);
    timer.fired = timer.fired_now = 1;
    expect(&timer, NEVER_RELEASED, 1);
}

Test(states, expired_timerfd_is_unread_until_read)
{
    struct timer_record timer = armed(TLK_TIMERFD, AGO(SECOND), 0);
    expect(&timer, NEVER_RELEASED, 1);
    cr_expect(judge(&timer).unread);
    timer.fired = timer.fired_now = 1;
    expect(&timer, NEVER_RELEASED, 1);
    cr_expect_not(judge(&timer).unread);
}

Test(states, a_coarse_deadline_must_surely_have_passed)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(RESOLUTION / 2), 0);
    timer.flags |= TLK_COARSE_DEADLINE;
    expect(&timer, NEVER_FIRED, 0);
    timer.deadline = AGO(RESOLUTION);
    expect(&timer, NEVER_RELEASED, 1);
}

Test(states, exact_fires_are_not_derived_but_missed)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(SECOND), 0);
    timer.flags |= TLK_EXACT_FIRES;
    expect(&timer, NEVER_RELEASED, 0);
    cr_expect(judge(&timer).overdue);
    timer.fired = timer.fired_now = 1;
    cr_expect_not(judge(&timer).overdue);
}

Test(states, periodic_fires_are_derived)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(10 * SECOND), SECOND);
    expect(&timer, NEVER_STOPPED, 11);
    timer.deadline = AHEAD(SECOND);
    expect(&timer, NEVER_FIRED, 0);
}

Test(states, periodic_fires_of_earlier_armings_stay)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(10 * SECOND), SECOND);
    timer.fired = 7;
    timer.fired_now = 2;
    expect(&timer, NEVER_STOPPED, 5 + 11);
}

Test(states, an_unread_periodic_timerfd_fired_once)
{
    struct timer_record timer = armed(TLK_TIMERFD, AGO(10 * SECOND), SECOND);
    expect(&timer, NEVER_STOPPED, 1);
    cr_expect(judge(&timer).unread);
}

Test(states, what_the_kernel_was_asked_for_is_not_derived)
{
    struct timer_record timer = armed(TLK_TIMERFD, AGO(10 * SECOND), SECOND);
    timer.flags |= TLK_UNREAD;
    timer.fired = timer.fired_now = 1;
    expect(&timer, NEVER_STOPPED, 1);
    cr_expect(judge(&timer).unread);
}

Test(states, a_periodic_timerfd_read_in_time_has_no_more_fires)
{
    struct timer_record timer = armed(TLK_TIMERFD, AGO(10 * SECOND + SECOND / 2), SECOND);
    timer.fired = timer.fired_now = 11;
    expect(&timer, NEVER_STOPPED, 11);
    timer.fired = timer.fired_now = 10;
    expect(&timer, NEVER_STOPPED, 11);
    cr_expect_not(judge(&timer).unread);
}

Test(states, an_expired_one_shot_itimer_holds_nothing)
{
    struct timer_record timer = armed(TLK_ITIMER, AGO(SECOND), 0);
    cr_expect(judge(&timer).over);
    cr_expect_eq(judge(&timer).fired, 1);
    timer.interval = SECOND;
    cr_expect_not(judge(&timer).over);
}

Test(states, each_clock_has_its_own_now)
{
    struct timer_record timer = armed(TLK_POSIX, (int64_t)(START_REAL + HOUR - 1), 0);
    timer.deadline_clock = CLOCK_REALTIME;
    expect(&timer, NEVER_RELEASED, 1);
    timer.deadline = (int64_t)(START_BOOT + HOUR + 1);
    timer.deadline_clock = CLOCK_BOOTTIME;
    expect(&timer, NEVER_FIRED, 0);
}

/* Not even that it never fired. */
Test(states, of_unknown_clocks_nothing_is_derived)
{
    struct timer_record timer = armed(TLK_POSIX, AGO(SECOND), 0);
    timer.deadline_clock = -1;
    expect(&timer, NEVER_STOPPED, 0);
    cr_expect_not(judge(&timer).due_known);
    cr_expect(judge(&timer).fired_unknown);
    timer.deadline_clock = CLOCK_PROCESS_CPUTIME_ID;
    expect(&timer, NEVER_STOPPED, 0);
    timer.fired = timer.fired_now = 1;
    expect(&timer, NEVER_RELEASED, 1);
    cr_expect_not(judge(&timer).fired_unknown);
}

Test(states, of_unknown_clocks_what_the_kernel_said_is_known)
{
    struct timer_record timer = armed(TLK_POSIX, AHEAD(SECOND), 0);
    timer.deadline_clock = -1;
    timer.flags |= TLK_EXACT_FIRES;
    expect(&timer, NEVER_FIRED, 0);
    cr_expect_not(judge(&timer).fired_unknown);
}

Test(states, far_future)
{
    struct timer_record timer = armed(TLK_POSIX, AHEAD(24 * HOUR * 365), 0);
    cr_expect_not(judge(&timer).far_future);
    timer.deadline = (int64_t)START_REAL; /* a wall-clock time on the monotonic clock */
    cr_expect(judge(&timer).far_future);
    timer.deadline = INT64_MAX;
    cr_expect(judge(&timer).far_future);
}

Test(states, extreme_numbers)
{
    struct timer_record timer = armed(TLK_POSIX, INT64_MIN, 1);
    cr_expect_eq(judge(&timer).due, INT64_MIN);
    expect(&timer, NEVER_STOPPED, (UINT64_C(1) << 63) + 1);
}

Test(states, flags_of_the_record)
{
    struct timer_record timer = record(TLK_TIMERFD, TLK_INHERITED);
    cr_expect(judge(&timer).inherited);
    cr_expect_not(judge(&timer).received);
    timer.flags = TLK_RECEIVED;
    cr_expect(judge(&timer).received);
    cr_expect_not(judge(&timer).inherited);
}

/* Where the kernel was asked; what is about to be read is not unread. */
Test(states, unread_for_longer_than_a_period_or_a_second)
{
    struct timer_record timer = armed(TLK_TIMERFD, (int64_t)(now.mono - 2 * SECOND), 0);
    timer.flags |= TLK_UNREAD;
    timer.fired = timer.fired_now = 1;
    cr_expect(judge(&timer).unread);
    timer.deadline = (int64_t)(now.mono - SECOND / 2);
    cr_expect_not(judge(&timer).unread);
    timer.interval = 100 * MS; /* the fifth is due this instant, the sixth is read */
    timer.fired = timer.fired_now = 6;
    cr_expect_not(judge(&timer).unread);
    timer.fired = timer.fired_now = 5;
    cr_expect(judge(&timer).unread);
}

/* It was armed by its maker and stopped again, or fired: nobody comes back to it. */
Test(states, idle_since_it_was_touched_or_done)
{
    struct timer_record timer = armed(TLK_TIMERFD, (int64_t)(now.mono - 5 * SECOND), 0);
    cr_expect_eq(judge(&timer).idle, 5 * SECOND, "since it fired");
    timer.flags = 0;
    timer.created = now.mono - 40 * MINUTE;
    timer.touched = TLK_TOUCHED(HOUR - 30 * MINUTE);
    cr_expect_gt(judge(&timer).idle, 30 * MINUTE - (UINT64_C(1) << TLK_TOUCHED_SHIFT));
    cr_expect_leq(judge(&timer).idle, 30 * MINUTE + (UINT64_C(1) << TLK_TOUCHED_SHIFT));
}

/* By the clock of the deadline, which is ahead of the monotonic one. */
Test(states, a_timeout_counts_from_when_it_was_armed)
{
    struct timer_record timer = armed(TLK_POSIX, (int64_t)(START_REAL + 2 * HOUR), 0);
    timer.deadline_clock = CLOCK_REALTIME;
    timer.armed_at = START_MONO + HOUR / 2;
    cr_expect_eq(state_timeout(&timer, &now), HOUR + HOUR / 2);
    timer.deadline = (int64_t)START_REAL;
    cr_expect_eq(state_timeout(&timer, &now), 0, "it was over already");
    timer.flags = 0;
    timer.deadline = (int64_t)(START_REAL + 2 * HOUR);
    cr_expect_eq(state_timeout(&timer, &now), 0, "it waits for nothing");
}
