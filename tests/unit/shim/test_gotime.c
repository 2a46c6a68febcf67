/* What the library gotime tells of its timers, and what then stands in the recording. */
#include "core/clock.h"
#include "core/gate.h"
#include "core/machine.h"
#include "core/thread.h"
#include "fixture.h"
#include "ledger/timerleak_ledger.h"
#include "stacks/recall.h"
#include "tables/regions.h"
#include "tables/modules.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(gotime, .init = begin, .fini = end);

/* ---- stand-ins for the library ---- */

static const char *given_name;
static size_t given_retained;

/* Whether the stack of the call is known already. */
static bool is_recalled(const struct timerleak_call *call)
{
    struct call same = {.function = call->function,
                        .kind = call->kind,
                        .family = TLK_GOTIME,
                        .frame = call->frame,
                        .caller = call->caller,
                        .rbp = call->rbp};
    uint32_t site;
    bool recalled;

    cr_assert(section_enter());
    recalled = recall_site(&same, &site);
    section_exit();
    return recalled;
}

static bool last_was_recalled;

static PROGRAM uint64_t inside_the_library(const struct timerleak_call *call, uint64_t handle)
{
    uint64_t reference;

    last_was_recalled = is_recalled(call);
    reference = timerleak_ledger.created(&(struct timerleak_birth){.call = call,
                                                                   .family = TLK_GOTIME,
                                                                   .clock = CLOCK_MONOTONIC,
                                                                   .handle = handle,
                                                                   .kept = true,
                                                                   .retained = given_retained,
                                                                   .name = given_name});

    NO_TAIL_CALL;
    return reference;
}

static PROGRAM uint64_t gt_after(uint64_t handle)
{
    uint64_t reference = inside_the_library(TIMERLEAK_CALL("after"), handle);

    NO_TAIL_CALL;
    return reference;
}

/* ---- a user of it ---- */

static PROGRAM uint64_t make(uint64_t handle)
{
    uint64_t reference = gt_after(handle);

    NO_TAIL_CALL;
    return reference;
}

static const struct tlk_timer *timer_of(uint64_t reference)
{
    cr_assert_neq(reference, 0);
    return timer_at((uint32_t)reference);
}

static const struct tlk_site *the_site(void)
{
    cr_assert_eq(recording->regions[TLK_SITES].used, 2);
    return site_at(1);
}

static int64_t now(void)
{
    return (int64_t)clock_mono();
}

static void arm_one_shot(uint64_t reference)
{
    timerleak_ledger.armed(reference, now(), now() + (int64_t)(100 * SECOND), 0, NULL);
}

/* ---- created ---- */

Test(gotime, a_timer_is_entered_with_what_the_library_says)
{
    const struct tlk_timer *timer;

    given_name = "idle";
    given_retained = 10 << 20;
    timer = timer_of(make(0x2000000700000001));
    cr_expect_eq(timer->state, TLK_LIVE);
    cr_expect_eq(timer->family, TLK_GOTIME);
    cr_expect_eq(timer->id, 0x2000000700000001);
    cr_expect_eq(timer->flags, TLK_EXACT_FIRES);
    cr_expect_eq(timer->clock, CLOCK_MONOTONIC);
    cr_expect_eq(timer_told(timer).retained, 10 << 20);
    cr_expect_str_eq(string_of(timer_told(timer).name), "idle");
    cr_expect_eq(timer->armed, 0);
}

Test(gotime, its_site_begins_with_the_line_that_called_the_library)
{
    const struct tlk_site *site;
    uint64_t frame;
    const struct tlk_module *module;

    make(1);
    site = the_site();
    frame = frame_of_site(site, 0);
    module = region_at(TLK_MODULES, TLK_FRAME_MODULE(frame));
    cr_expect_str_eq(string_of(site->function), "gt_after");
    cr_expect_eq(site->flags, TLK_SITE_UNWOUND);
    cr_expect(module->bias + TLK_FRAME_ADDRESS(frame) - (uintptr_t)make < 64);
}

static PROGRAM void make_many(void *unused)
{
    (void)unused;
    for (uint64_t i = 0; i < 100; i++) {
        make(i);
        NO_TAIL_CALL;
    }
}

Test(gotime, a_stack_seen_often_is_recalled_and_stays_one_site)
{
    in_thread(make_many, NULL);
    cr_expect_eq(last_was_recalled, MACHINE_CALLS_PUSH);
    cr_expect_eq(the_site()->created, 100);
    cr_expect_eq(the_site()->live, 100);
}

Test(gotime, timers_with_the_same_handle_are_two)
{
    uint64_t first = make(1), second = make(1);

    cr_expect_eq(timer_of(first)->state, TLK_LIVE);
    cr_expect_eq(timer_of(second)->state, TLK_LIVE);
    cr_expect_eq(timer_find(TLK_GOTIME, 1).slot, 0, "nobody asks by handle");
}

Test(gotime, a_name_may_come_later_and_is_entered_once)
{
    uint64_t first = make(1), second = make(2);
    char name[] = "retry";

    timerleak_ledger.named(first, name);
    timerleak_ledger.named(second, "retry");
    name[0] = 'X';
    cr_expect_str_eq(string_of(timer_told(timer_of(first)).name), "retry");
    cr_expect_eq(timer_told(timer_of(first)).name, timer_told(timer_of(second)).name);
}

Test(gotime, errno_stays)
{
    uint64_t reference;

    errno = EXDEV;
    given_name = "name";
    reference = make(1);
    arm_one_shot(reference);
    timerleak_ledger.fired(reference, 1);
    timerleak_ledger.released(reference);
    cr_expect_eq(errno, EXDEV);
}

static PROGRAM uint64_t start_one(int64_t at, int64_t deadline)
{
    struct timerleak_birth birth = {.call = TIMERLEAK_CALL("timer"),
                                    .family = TLK_GOTIME,
                                    .clock = CLOCK_MONOTONIC,
                                    .kept = true};

    return timerleak_ledger.started(&birth, at, deadline, 0);
}

/* Not when the shim would have looked at the clock. */
Test(gotime, one_that_starts_was_born_and_armed_when_the_library_looked_at_the_clock)
{
    int64_t then = now() - 7, deadline = then + (int64_t)(100 * SECOND);
    const struct tlk_timer *timer = timer_of(start_one(then, deadline));

    cr_expect_eq(timer->created, (uint64_t)then);
    cr_expect_eq(timer->armed, 1);
    cr_expect_eq(timer->flags, TLK_EXACT_FIRES | TLK_ARMED);
    cr_expect_eq(timer->deadline, deadline);
    cr_expect_eq(timer->deadline_clock, CLOCK_MONOTONIC);
    cr_expect_neq(timer->setter, 0);
}

Test(gotime, one_that_starts_by_the_mock_clock_was_born_by_the_real_one)
{
    int64_t before = now();
    const struct tlk_timer *timer = timer_of(start_one(TIMERLEAK_OTHER_CLOCK, 5));

    cr_expect_geq(timer->created, (uint64_t)before);
    cr_expect_leq(timer->created, (uint64_t)now());
    cr_expect_eq(timer->armed, 1);
    cr_expect_eq(timer->deadline_clock, -1);
}

/* ---- armed, fired, stopped, released ---- */

Test(gotime, a_deadline_is_exact)
{
    uint64_t reference = make(1);
    int64_t then = now(), deadline = then + (int64_t)(100 * SECOND);

    for (int i = 0; i < 3; i++) {
        timerleak_ledger.armed(reference, then, deadline + i, 0, NULL);
        cr_expect_eq(timer_of(reference)->deadline, deadline + i);
        cr_expect_eq(timer_of(reference)->deadline_clock, CLOCK_MONOTONIC);
        cr_expect_eq(timer_of(reference)->flags, TLK_EXACT_FIRES | TLK_ARMED);
    }
    cr_expect_eq(timer_of(reference)->armed, 3);
    cr_expect_eq(timer_of(reference)->stopped + timer_of(reference)->fired, 0,
                 "set anew, not stopped");
}

Test(gotime, by_the_mock_clock_no_deadline_is_known)
{
    uint64_t reference = make(1);

    timerleak_ledger.armed(reference, TIMERLEAK_OTHER_CLOCK, 5, 0, NULL);
    cr_expect_eq(timer_of(reference)->deadline_clock, -1);
    cr_expect_eq(timer_of(reference)->flags, TLK_EXACT_FIRES | TLK_ARMED);
    timerleak_ledger.armed(reference, TIMERLEAK_OTHER_CLOCK, 0, 0, NULL);
    cr_expect_eq(timer_of(reference)->flags, TLK_EXACT_FIRES | TLK_ARMED, "whatever the time");
    arm_one_shot(reference);
    cr_expect_eq(timer_of(reference)->deadline_clock, CLOCK_MONOTONIC);
}

Test(gotime, a_one_shot_that_fires_and_is_released)
{
    uint64_t reference = make(1);

    arm_one_shot(reference);
    timerleak_ledger.fired(reference, 1);
    cr_expect_eq(timer_of(reference)->fired_now, 1);
    timerleak_ledger.released(reference);
    cr_expect_eq(the_site()->released, 1);
    cr_expect_eq(the_site()->armed, 1);
    cr_expect_eq(the_site()->fired, 1);
    cr_expect_eq(the_site()->stopped + the_site()->fired_unknown, 0);
}

/* Though its deadline has passed: the library has the last word. */
Test(gotime, one_stopped_late_has_not_fired)
{
    uint64_t reference = make(1);

    timerleak_ledger.armed(reference, now(), now() - 1, 0, NULL);
    timerleak_ledger.stopped(reference);
    cr_expect_eq(timer_of(reference)->stopped, 1);
    cr_expect_eq(timer_of(reference)->flags, TLK_EXACT_FIRES);
    timerleak_ledger.stopped(reference);
    cr_expect_eq(timer_of(reference)->stopped, 1, "there was nothing to stop");
    cr_expect_eq(timer_of(reference)->fired + timer_told(timer_of(reference)).fired_unknown, 0);
}

Test(gotime, one_released_while_it_runs_was_stopped)
{
    uint64_t reference = make(1);

    timerleak_ledger.armed(reference, now(), now() - 1, 0, NULL);
    timerleak_ledger.released(reference);
    cr_expect_eq(the_site()->stopped, 1);
    cr_expect_eq(the_site()->fired + the_site()->fired_unknown, 0);
}

Test(gotime, a_ticker_fires_until_it_is_stopped)
{
    uint64_t reference = make(1);

    timerleak_ledger.armed(reference, now(), now() - (int64_t)SECOND, 1000, NULL);
    timerleak_ledger.fired(reference, 1);
    timerleak_ledger.fired(reference, 3);
    timerleak_ledger.stopped(reference);
    cr_expect_eq(timer_of(reference)->fired, 4, "not those that its period lets expect");
    cr_expect_eq(timer_of(reference)->stopped, 1);
}

Test(gotime, a_timer_is_released_once)
{
    uint64_t reference = make(1), next;

    timerleak_ledger.released(reference);
    next = make(2);
    cr_expect_eq((uint32_t)next, (uint32_t)reference, "in the same slot");
    timerleak_ledger.released(reference);
    timerleak_ledger.stopped(reference);
    timerleak_ledger.fired(reference, 1);
    cr_expect_eq(timer_of(next)->state, TLK_LIVE);
    cr_expect_eq(timer_of(next)->fired, 0);
    cr_expect_eq(the_site()->released, 1);
}

Test(gotime, one_that_is_not_recorded_is_no_matter)
{
    arm_one_shot(0);
    timerleak_ledger.fired(0, 1);
    timerleak_ledger.stopped(0);
    timerleak_ledger.named(0, "name");
    timerleak_ledger.released(0);
    cr_expect_eq(recording->regions[TLK_TIMERS].used, 1);
}

/* ---- when not ---- */

Test(gotime, where_other_families_are_asked_for_nothing_is_entered)
{
    gate->families = 1u << TLK_POSIX;
    cr_expect_eq(make(1), 0);
    cr_expect_eq(recording->regions[TLK_SITES].used, 1);
}

Test(gotime, after_the_end_nothing_is_entered)
{
    uint64_t reference = make(1);

    gate->state = GATE_SHUT;
    cr_expect_eq(make(2), 0);
    arm_one_shot(reference);
    timerleak_ledger.fired(reference, 1);
    timerleak_ledger.released(reference);
    cr_expect_eq(timer_of(reference)->state, TLK_LIVE);
    cr_expect_eq(timer_of(reference)->armed + timer_of(reference)->fired, 0);
}

/* The kernel shuts the gate of a child; what the parent recorded is the parent's. */
Test(gotime, in_a_forked_child_the_parent_s_timers_are_left_alone)
{
    uint64_t reference = make(1);
    int status;

    if (fork() == 0) {
        timerleak_ledger.released(reference);
        _exit(timer_of(reference)->state == TLK_LIVE ? 0 : 1);
    }
    wait(&status);
    cr_expect_eq(status, 0);
    cr_expect_eq(the_site()->released, 0);
}
