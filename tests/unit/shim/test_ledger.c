/* What families report, and what then stands in the recording. */
#include "ledger/ledger.h"

#include "core/clock.h"
#include "core/thread.h"
#include "fixture.h"
#include "ledger/sharing.h"
#include "tables/regions.h"
#include "tables/sites.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

TestSuite(ledger, .init = begin, .fini = end);

static const struct tlk_timer *timer_of(struct timer_ref ref)
{
    cr_assert(timer_live(ref));
    return timer_at(ref.slot);
}

/* All timers are made by one line: see fixture.c. */
static const struct tlk_site *the_site(void)
{
    cr_assert_eq(recording->regions[TLK_SITES].used, 2);
    return site_at(1);
}

static const struct account ran = {true, true}, rested = {true, false}, not_told = {false, false};

static void release(struct timer_ref ref)
{
    timer_released(timer_take(TLK_POSIX, timer_of(ref)->id));
}

/* ---- created ---- */

Test(ledger, a_new_timer_has_not_been_armed)
{
    uint64_t before = clock_mono();
    struct timer_ref ref = make_timer_on(CLOCK_BOOTTIME, TLK_POSIX, 5, TLK_EXACT_FIRES);
    const struct tlk_timer *timer = timer_of(ref);

    cr_expect_eq(timer->id, 5);
    cr_expect_eq(timer->family, TLK_POSIX);
    cr_expect_eq(timer->clock, CLOCK_BOOTTIME);
    cr_expect_eq(timer->flags, TLK_EXACT_FIRES);
    cr_expect_eq(timer->site, 1);
    cr_expect_eq(timer->armed + timer->fired + timer->stopped, 0);
    cr_expect(timer->created >= before && timer->created <= clock_mono());
    cr_expect_eq(the_site()->created, 1);
    cr_expect_eq(the_site()->live, 1);
    cr_expect_eq(timer_find(TLK_POSIX, 5).slot, ref.slot);
}

Test(ledger, its_site_has_the_stack_of_its_maker)
{
    const struct tlk_site *site;
    uint64_t frame;
    const struct tlk_module *module;

    make_timer(TLK_POSIX, 5);
    site = the_site();
    frame = frame_of_site(site, 0);
    module = region_at(TLK_MODULES, TLK_FRAME_MODULE(frame));
    cr_expect_str_eq(string_of(site->function), "test_create");
    cr_expect_eq(site->flags, TLK_SITE_UNWOUND);
    cr_expect(module->bias + TLK_FRAME_ADDRESS(frame) - (uintptr_t)make_timer_on < 256);
}

Test(ledger, an_id_used_again_ends_what_it_stood_for)
{
    struct timer_ref first = make_timer(TLK_TIMERFD, 8), second = make_timer(TLK_TIMERFD, 8);

    cr_expect_not(timer_live(first));
    cr_expect(timer_live(second));
    cr_expect_eq(timer_find(TLK_TIMERFD, 8).slot, second.slot);
    cr_expect_eq(the_site()->created, 2);
    cr_expect_eq(the_site()->released, 1);
}

Test(ledger, a_slot_used_again_has_another_generation_and_none_of_the_old_counts)
{
    struct timer_ref first = make_timer(TLK_POSIX, 1), second;

    arm(first, SECOND, SECOND);
    timer_fired(first, 5);
    release(first);
    second = make_timer(TLK_POSIX, 1);
    cr_expect_eq(second.slot, first.slot);
    cr_expect_eq(second.generation, first.generation + 1);
    cr_expect_eq(timer_of(second)->armed + timer_of(second)->fired, 0);
    timer_fired(first, 1);
    arm(first, SECOND, 0);
    timer_released(first);
    cr_expect_eq(timer_of(second)->armed + timer_of(second)->fired, 0);
}

Test(ledger, errno_stays)
{
    errno = EXDEV;
    release(make_timer(TLK_POSIX, 1));
    cr_expect_eq(errno, EXDEV);
}

/* ---- armed, fired, stopped ---- */

Test(ledger, a_one_shot_that_is_disarmed_was_stopped)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, 100 * SECOND, 0, rested);
    cr_expect_eq(timer_of(ref)->flags & TLK_ARMED, TLK_ARMED);
    arm_with(ref, 0, SECOND, ran);
    cr_expect_eq(timer_of(ref)->flags & TLK_ARMED, 0);
    cr_expect_eq(timer_of(ref)->armed, 1);
    cr_expect_eq(timer_of(ref)->stopped, 1);
    cr_expect_eq(timer_of(ref)->fired, 0);
}

Test(ledger, disarming_one_at_rest_stops_nothing)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, 0, 0, rested);
    cr_expect_eq(timer_of(ref)->stopped, 0);
    arm_with(ref, SECOND, 0, rested);
    arm_with(ref, 0, 0, ran);
    arm_with(ref, 0, 0, rested);
    cr_expect_eq(timer_of(ref)->stopped, 1);
}

Test(ledger, a_re_armed_one_was_not_stopped)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    for (int i = 0; i < 5; i++)
        arm_with(ref, 100 * SECOND, 0, i ? ran : rested);
    cr_expect_eq(timer_of(ref)->armed, 5);
    cr_expect_eq(timer_of(ref)->stopped + timer_of(ref)->fired, 0);
    cr_expect_eq(timer_told(timer_of(ref)).fired_unknown, 0);
}

Test(ledger, what_the_kernel_finds_expired_has_fired)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, SECOND, 0, rested);
    arm_with(ref, SECOND, 0, rested);
    cr_expect_eq(timer_of(ref)->fired, 1);
    timer_accounted(ref, false);
    cr_expect_eq(timer_of(ref)->fired, 2);
    timer_accounted(ref, false);
    arm_with(ref, 0, 0, rested);
    cr_expect_eq(timer_of(ref)->fired, 2, "counted once");
    cr_expect_eq(timer_of(ref)->stopped, 0);
}

Test(ledger, a_fire_that_was_seen_is_not_counted_again)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, SECOND, 0, rested);
    timer_fired(ref, 1);
    cr_expect_neq(timer_of(ref)->seen, 0);
    arm_with(ref, SECOND, 0, rested);
    cr_expect_eq(timer_of(ref)->fired, 1);
    cr_expect_eq(timer_of(ref)->fired_now, 0);
}

/* Its callback is on the way, or will never come: nobody knows. */
Test(ledger, of_one_whose_fires_are_seen_an_unseen_one_is_unknown)
{
    struct timer_ref ref = make_timer_on(CLOCK_MONOTONIC, TLK_POSIX, 1, TLK_EXACT_FIRES);

    arm_with(ref, SECOND, 0, rested);
    arm_with(ref, SECOND, 0, rested);
    cr_expect_eq(timer_of(ref)->fired, 0);
    cr_expect_eq(timer_told(timer_of(ref)).fired_unknown, 1);
}

Test(ledger, without_the_kernel_s_account_the_deadline_tells)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, 1, 0, rested);
    while (clock_coarse() <= (uint64_t)timer_of(ref)->deadline)
        ;
    arm_with(ref, 100 * SECOND, 0, not_told);
    cr_expect_eq(timer_of(ref)->fired, 1);
    arm_with(ref, 0, 0, not_told);
    cr_expect_eq(timer_of(ref)->stopped, 1);
}

Test(ledger, on_a_clock_that_may_not_be_read_nothing_is_guessed)
{
    struct timer_ref ref = make_timer_on(CLOCK_PROCESS_CPUTIME_ID, TLK_POSIX, 1, 0);

    arm_with(ref, 1, 0, rested);
    release(ref);
    cr_expect_eq(the_site()->fired, 0);
    cr_expect_eq(the_site()->stopped, 0);
    cr_expect_eq(the_site()->fired_unknown, 1);
}

Test(ledger, a_periodic_one_ends_by_being_stopped)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, 100 * SECOND, SECOND, rested);
    arm_with(ref, 0, 0, ran);
    cr_expect_eq(timer_of(ref)->stopped, 1);
    cr_expect_eq(timer_of(ref)->fired, 0);
}

/* Such that five of them have passed since the clock began, which may be a minute ago. */
static uint64_t long_period(void)
{
    return clock_mono() / 6;
}

Test(ledger, periods_that_passed_unseen_are_derived)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);
    const struct tlk_timer *timer = timer_of(ref);
    uint64_t period = long_period();

    arm_with(ref, 1, period, rested);
    timer_at(ref.slot)->deadline -= (int64_t)(5 * period);
    timer_fired(ref, 2);
    arm_with(ref, 0, 0, ran);
    cr_expect_eq(timer->fired, 6);
}

Test(ledger, of_an_unread_periodic_timerfd_one_is_derived)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 9);
    const struct tlk_timer *timer = timer_of(ref);
    uint64_t period = long_period();

    arm_with(ref, 1, period, rested);
    timer_at(ref.slot)->deadline -= (int64_t)(5 * period);
    arm_with(ref, 0, 0, ran);
    cr_expect_eq(timer->fired, 1);
}

Test(ledger, an_overrun_tells_of_fires_of_this_arming)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    arm_with(ref, SECOND, SECOND, rested);
    timer_fired_at_least(ref, 4);
    timer_fired_at_least(ref, 3);
    cr_expect_eq(timer_of(ref)->fired, 4);
    timer_fired_at_least(ref, 6);
    cr_expect_eq(timer_of(ref)->fired, 6);
}

Test(ledger, unread_expirations_are_fires_and_are_marked)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 9);

    arm_with(ref, SECOND, 0, rested);
    timer_unread(ref, 1);
    cr_expect_eq(timer_of(ref)->fired, 1);
    cr_expect(timer_of(ref)->flags & TLK_UNREAD);
    cr_expect_eq(timer_of(ref)->seen, 0, "nobody read it");
}

static enum running running_now(struct timer_ref ref)
{
    uint64_t now;

    return timer_prepare(ref, &now);
}

Test(ledger, whether_a_timer_runs_is_often_known_without_asking)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    cr_expect_eq(running_now(ref), RUNNING_NOT);
    arm(ref, 100 * SECOND, 0);
    cr_expect_eq(running_now(ref), RUNNING_SURELY);
    timer_at(ref.slot)->deadline -= (int64_t)(101 * SECOND);
    cr_expect_eq(running_now(ref), RUNNING_PERHAPS);
    timer_at(ref.slot)->deadline = (int64_t)(clock_mono() + CLOCK_LAG / 2);
    cr_expect_eq(running_now(ref), RUNNING_PERHAPS, "the coarse clock may be behind");
    arm(ref, 100 * SECOND, 0);
    timer_fired(ref, 1);
    cr_expect_eq(running_now(ref), RUNNING_PERHAPS);
    arm(ref, 100 * SECOND, SECOND);
    cr_expect_eq(running_now(ref), RUNNING_PERHAPS, "it has expirations to count");
    arm(ref, 0, 0);
    cr_expect_eq(running_now(ref), RUNNING_NOT);
    release(ref);
    cr_expect_eq(running_now(ref), RUNNING_NOT);
}

static bool postpone(struct timer_ref ref, uint64_t value, uint64_t now, const void *caller)
{
    return timer_postponed(timer_at(ref.slot), ref.generation, value, now, caller);
}

/* A copy of what stands in the recording, less where it stands. */
static struct tlk_timer copy_of(struct timer_ref ref)
{
    struct tlk_timer copy = *timer_of(ref);

    copy.tag = 0;
    copy.site = 0;
    copy.id = copy.created = 0;
    return copy;
}

Test(ledger, postponing_comes_to_the_same_as_arming)
{
    struct timer_ref armed = make_timer(TLK_POSIX, 1), postponed = make_timer(TLK_POSIX, 2);
    uint64_t now = clock_coarse();
    const struct arming first = {.now = now, .value = SECOND, .before = rested},
                        again = {
                            .now = now + 5, .value = 9 * SECOND, .before = ran, .caller = &again};
    struct tlk_timer expected, found;

    timer_armed(armed, &first);
    timer_armed(postponed, &first);
    timer_armed(armed, &again);
    cr_expect(postpone(postponed, again.value, again.now, again.caller));
    expected = copy_of(armed);
    found = copy_of(postponed);
    cr_expect_eq(memcmp(&expected, &found, sizeof(found)), 0);
    cr_expect_eq(found.armed, 2);
    cr_expect_eq(found.deadline, (int64_t)(again.now + again.value));
}

Test(ledger, postponing_for_the_first_time_comes_to_the_same_as_arming)
{
    struct timer_ref armed = make_timer(TLK_POSIX, 1), postponed = make_timer(TLK_POSIX, 2);
    const struct arming first = {
        .now = clock_mono(), .value = SECOND, .before = rested, .caller = &first};
    struct tlk_timer expected, found;

    timer_armed(armed, &first);
    cr_expect(postpone(postponed, first.value, first.now, first.caller));
    expected = copy_of(armed);
    found = copy_of(postponed);
    cr_expect_eq(memcmp(&expected, &found, sizeof(found)), 0);
    cr_expect_not(found.flags & TLK_COARSE_DEADLINE, "it is told by the precise clock");
    cr_expect_eq(found.armed, 1);
}

/* What a parent armed has expirations for it to count. */
Test(ledger, what_came_armed_over_fork_is_not_postponed)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 5);

    arm(ref, SECOND, 0);
    timer_at(ref.slot)->armed = 0;
    cr_expect_not(timer_is_new(timer_of(ref)));
}

Test(ledger, what_is_more_than_postponing_is_refused_and_changes_nothing)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1), later;
    uint64_t now = clock_coarse();
    struct tlk_timer before;

    arm(ref, SECOND, 0);
    arm(ref, 0, 0);
    cr_expect_not(postpone(ref, SECOND, now, NULL), "it was stopped");
    arm(ref, SECOND, 0);
    before = *timer_of(ref);
    cr_expect_not(postpone(ref, 0, now, NULL), "that would stop it");
    cr_expect_not(postpone(ref, INT64_MAX, now, NULL), "the deadline would overflow");
    cr_expect_eq(memcmp(&before, timer_of(ref), sizeof(before)), 0);
    timer_fired(ref, 1);
    cr_expect_not(postpone(ref, SECOND, now, NULL), "it has fired since");
    arm(ref, SECOND, SECOND);
    cr_expect_not(postpone(ref, SECOND, now, NULL), "it is periodic");
    release(ref);
    cr_expect_not(postpone(ref, SECOND, now, NULL), "it is gone");
    later = make_timer(TLK_POSIX, 1);
    arm(later, SECOND, 0);
    cr_expect_eq(later.slot, ref.slot);
    cr_expect_not(postpone(ref, SECOND, now, NULL), "another is in its place");
}

Test(ledger, who_set_it_last_is_kept)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);
    const char first[1], second[1], third[1];
    uint64_t now = clock_coarse();

    cr_expect_eq(timer_of(ref)->setter, 0);
    timer_armed(ref, &(struct arming){.now = now, .value = SECOND, .caller = first});
    cr_expect_eq(timer_of(ref)->setter, (uintptr_t)first);
    cr_expect(postpone(ref, SECOND, now, second));
    cr_expect_eq(timer_of(ref)->setter, (uintptr_t)second);
    timer_armed(ref, &(struct arming){.now = now, .value = 0, .caller = third});
    cr_expect_eq(timer_of(ref)->setter, (uintptr_t)second, "it was stopped, not set");
    timer_armed(ref, &(struct arming){.now = now, .value = SECOND});
    cr_expect_eq(timer_of(ref)->setter, (uintptr_t)second, "a library set it anew by itself");
}

static void make_in_thread(void *made)
{
    struct timer_ref *ref = made;

    ref[0] = make_timer(TLK_POSIX, 2);
    ref[1].generation = (uint32_t)gettid();
}

Test(ledger, which_thread_made_it_is_kept)
{
    struct timer_ref here = make_timer(TLK_POSIX, 1), there[2] = {0};

    in_thread(make_in_thread, there);
    cr_expect_eq(timer_of(here)->thread, (uint32_t)gettid());
    cr_expect_eq(timer_of(there[0])->thread, there[1].generation);
    cr_expect_neq(timer_of(here)->thread, timer_of(there[0])->thread);
}

static const struct tlk_timer *born(uint32_t family, const struct birth *given)
{
    struct birth birth = *given;

    birth.call.function = "test_create";
    birth.call.family = family;
    birth.call.caller = __builtin_return_address(0);
    return timer_of(timer_created(&birth));
}

Test(ledger, what_it_keeps_alive_is_kept_as_far_as_there_is_room)
{
    const struct tlk_timer *some = born(TLK_GOTIME, &(struct birth){.id = 1, .retained = 4711});
    const struct tlk_timer *much =
        born(TLK_GOTIME, &(struct birth){.id = 2, .retained = UINT64_C(5) << 30});

    cr_expect_eq(timer_told(some).retained, 4711);
    cr_expect_eq(timer_told(much).retained, UINT32_MAX);
}

static void notified(union sigval value)
{
    (void)value;
}

Test(ledger, a_cookie_is_given_back_whatever_the_timer_is)
{
    struct birth notifying = {
        .id = 1, .notify = TLK_NOTIFY_THREAD, .cookie = 65536, .notified = notified};
    struct birth handle = {.id = 2, .cookie = UINT64_MAX};

    cr_expect_eq(timer_told(born(TLK_POSIX, &notifying)).notified, (uintptr_t)notified + 1);
    born(TLK_GOTIME, &handle);
    cr_expect_eq(timer_cookie(timer_find(TLK_POSIX, 1)), 65536);
    cr_expect_eq(timer_cookie(timer_find(TLK_GOTIME, 2)), UINT64_MAX);
}

Test(ledger, a_first_arming_is_timed_precisely)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);
    uint64_t before = clock_mono(), now;

    timer_prepare(ref, &now);
    cr_expect(now >= before && now <= clock_mono());
    arm(ref, SECOND, 0);
    timer_prepare(ref, &now);
    cr_expect_leq(now, clock_coarse());
}

Test(ledger, nothing_is_entered_for_a_reference_to_nothing)
{
    struct timer_ref none = {0};

    arm(none, SECOND, 0);
    timer_fired(none, 1);
    timer_unread(none, 1);
    timer_accounted(none, false);
    timer_shared(none, 5, &none);
    timer_unshared(none, 5);
    timer_released(none);
    cr_expect_eq(timer_cookie(none), 0);
    cr_expect_eq(timer_at(0)->armed + timer_at(0)->fired + timer_at(0)->references, 0);
    cr_expect_eq(timer_at(0)->state, TLK_FREE);
}

/* ---- released ---- */

Test(ledger, a_released_one_leaves_its_counts_to_its_site)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    timer_at(ref.slot)->created -= SECOND;
    arm_with(ref, 100 * SECOND, 0, rested);
    arm_with(ref, 100 * SECOND, 0, rested);
    release(ref);
    cr_expect_not(timer_live(ref));
    cr_expect_eq(timer_find(TLK_POSIX, 1).slot, 0);
    cr_expect_eq(the_site()->released, 1);
    cr_expect_eq(the_site()->live, 0);
    cr_expect_eq(the_site()->armed, 2);
    cr_expect_eq(the_site()->fired, 1);
    cr_expect_eq(the_site()->stopped, 1, "released while armed");
    cr_expect_geq(the_site()->longest_life, SECOND - CLOCK_LAG);
}

Test(ledger, a_second_release_counts_nothing)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    timer_take(TLK_POSIX, 1);
    timer_released(ref);
    timer_released(ref);
    cr_expect_eq(the_site()->released, 1);
    cr_expect_eq(the_site()->live, 0);
    cr_expect_neq(make_timer(TLK_POSIX, 2).slot, make_timer(TLK_POSIX, 3).slot);
}

Test(ledger, a_timer_was_touched_when_it_was_set_stopped_or_asked)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 5);

    cr_expect_eq(timer_of(ref)->touched, 0);
    recording->start_mono = clock_mono() - 1000 * SECOND;
    arm(ref, SECOND, 0);
    cr_expect_geq(timer_of(ref)->touched, TLK_TOUCHED(1000 * SECOND - 10000000));
    timer_at(ref.slot)->touched = 1;
    timer_fired(ref, 1);
    timer_unread(ref, 1);
    cr_expect_eq(timer_of(ref)->touched, 1, "what happens to it by itself is none");
    timer_accounted(ref, false);
    cr_expect_gt(timer_of(ref)->touched, 1);
    timer_at(ref.slot)->touched = 1;
    arm(ref, 0, 0);
    cr_expect_gt(timer_of(ref)->touched, 1);
    recording->start_mono = clock_mono() + SECOND; /* a coarse clock may be behind */
    arm(ref, SECOND, 0);
    cr_expect_eq(timer_of(ref)->touched, 1);
}

Test(ledger, a_full_recording_counts_what_it_left_out)
{
    uint64_t id = 0;

    while (make_timer(TLK_POSIX, id).slot)
        id++;
    cr_expect_gt(id, 10000);
    cr_expect_eq(recording->dropped[TLK_DROP_FULL], 1);
    cr_expect_eq(the_site()->created, id);
    timer_released(timer_take(TLK_POSIX, 7));
    cr_expect(timer_live(make_timer(TLK_POSIX, id)));
}

/* ---- few bits ---- */

Test(ledger, what_was_read_of_a_timer_is_counted_beyond_four_thousand_million)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 5);
    const uint64_t many = 5000000000;

    arm(ref, 1, 1);
    timer_fired(ref, many);
    timer_fired(ref, 1);
    cr_expect_eq(timer_told(timer_of(ref)).fired, many + 1);
    cr_expect_eq(timer_told(timer_of(ref)).fired_now, many + 1);
    arm(ref, SECOND, SECOND);
    cr_expect_eq(timer_told(timer_of(ref)).fired_now, 0);
    timer_fired(ref, many);
    cr_expect_eq(timer_told(timer_of(ref)).fired, 2 * many + 1);
    cr_expect_eq(timer_told(timer_of(ref)).fired_now, many);
    timer_released(timer_take(TLK_TIMERFD, 5));
    cr_expect_eq(the_site()->fired, 2 * many + 1);
}

Test(ledger, the_generation_after_the_last_is_another_one)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1), last, next;

    release(ref);
    timer_at(ref.slot)->generation = TLK_GENERATION_MOST - 1;
    last = make_timer(TLK_POSIX, 1);
    cr_assert_eq(last.slot, ref.slot);
    cr_expect_eq(last.generation, TLK_GENERATION_MOST);
    release(last);
    next = make_timer(TLK_POSIX, 1);
    cr_expect_eq(next.slot, ref.slot);
    cr_expect_eq(next.generation, 0);
    cr_expect(timer_live(next));
    cr_expect_not(timer_live(last));
    timer_released(last);
    cr_expect(timer_live(next), "which is not the one that was released");
}

Test(ledger, an_extra_is_used_again_by_another_timer)
{
    struct timer_ref named = make_timer(TLK_POSIX, 1), other;
    uint32_t used;

    timer_named(named, "retry");
    used = recording->regions[TLK_EXTRAS].used;
    cr_expect_eq(timer_told(timer_of(named)).thread, (uint32_t)gettid());
    release(named);
    other = make_timer(TLK_POSIX, 2);
    cr_expect_eq(timer_told(timer_of(other)).name, 0);
    timer_named(other, "poll");
    cr_expect_str_eq(string_of(timer_told(timer_of(other)).name), "poll");
    cr_expect_eq(timer_told(timer_of(other)).fired_unknown, 0);
    cr_expect_eq(recording->regions[TLK_EXTRAS].used, used);
}

/* Only that is lost which the extra would have told. */
Test(ledger, without_room_for_an_extra_a_timer_is_entered_all_the_same)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);
    uint32_t taken;

    while ((taken = region_take(TLK_EXTRAS, 1)))
        region_publish(TLK_EXTRAS, taken + 1);
    timer_named(ref, "retry");
    cr_expect_eq(recording->dropped[TLK_DROP_DETAIL], 1);
    cr_expect_eq(timer_told(timer_of(ref)).name, 0);
    cr_expect_eq(timer_of(ref)->thread, (uint32_t)gettid());
    release(ref);
    cr_expect_eq(the_site()->released, 1);
}
