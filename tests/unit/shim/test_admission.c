/* Which timers are entered, where the user wants fewer than all. */
#include "ledger/admission.h"

#include "fixture.h"
#include "ledger/ledger.h"
#include "tables/descriptors.h"

#include <criterion/criterion.h>

TestSuite(admission, .init = begin, .fini = end);

static uint64_t live_timers(void)
{
    uint64_t live = 0;

    for (uint32_t i = 1; i < recording->regions[TLK_SITES].used; i++)
        live += site_at(i)->live;
    return live;
}

Test(admission, all_unless_asked_otherwise)
{
    cr_expect(admission_of_all());
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(live_timers(), 1);
    cr_expect(admission_complete());
    recording_drop(TLK_DROP_FULL);
    cr_expect_not(admission_complete(), "one was lost");
}

Test(admission, none_while_asleep)
{
    recording->asleep = 1;
    cr_expect_eq(make_timer(TLK_POSIX, 1).slot, 0);
    cr_expect_eq(timer_find(TLK_POSIX, 1).slot, 0);
    recording->asleep = 0;
    cr_expect_neq(make_timer(TLK_POSIX, 2).slot, 0);
    cr_expect_eq(live_timers(), 1);
    cr_expect_eq(recording->omitted[TLK_OMIT_ASLEEP], 1);
    cr_expect_not(admission_complete());
}

Test(admission, what_was_entered_before_is_followed_to_its_end)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 1);

    recording->asleep = 1;
    arm(ref, SECOND, 0);
    cr_expect_eq(timer_at(ref.slot)->armed, 1);
    timer_released(timer_take(TLK_POSIX, 1));
    cr_expect_eq(live_timers(), 0);
}

Test(admission, a_descriptor_that_a_timer_left_out_has_now_ended_unseen)
{
    struct timer_ref former = make_timer(TLK_TIMERFD, 8);

    recording->asleep = 1;
    make_timer(TLK_TIMERFD, 8);
    cr_expect_not(timer_live(former));
    cr_expect_eq(descriptor_find(8), 0);
}

Test(admission, none_in_a_block_to_be_ignored)
{
    thread.ignoring = 2;
    cr_expect_eq(make_timer(TLK_POSIX, 1).slot, 0);
    thread.ignoring--;
    cr_expect_eq(make_timer(TLK_POSIX, 2).slot, 0);
    thread.ignoring--;
    cr_expect_neq(make_timer(TLK_POSIX, 3).slot, 0);
    cr_expect_eq(recording->omitted[TLK_OMIT_IGNORED], 2);
}

/* 200 of 2,000 with a standard deviation of 13: no run of this test leaves these bounds by chance.
 */
Test(admission, one_in_so_many_at_random)
{
    unsigned entered[2] = {0, 0};

    recording->one_in = 10;
    for (unsigned i = 0; i < 4000; i++) {
        struct timer_ref ref = make_timer(TLK_POSIX, i + 1);

        entered[i % 2] += ref.slot != 0;
        timer_released(timer_take(TLK_POSIX, i + 1));
    }
    cr_expect(entered[0] > 70 && entered[0] < 330, "%u", entered[0]);
    cr_expect(entered[1] > 70 && entered[1] < 330, "%u", entered[1]);
    cr_expect_eq(recording->omitted[TLK_OMIT_SAMPLED], 4000 - entered[0] - entered[1]);
}

Test(admission, interval_timers_are_no_matter_for_samples)
{
    recording->one_in = UINT32_MAX;
    cr_expect_neq(make_timer(TLK_ITIMER, 0).slot, 0);
    cr_expect_eq(make_timer(TLK_POSIX, 1).slot, 0);
    recording->asleep = 1;
    cr_expect_eq(make_timer(TLK_ITIMER, 1).slot, 0);
}
