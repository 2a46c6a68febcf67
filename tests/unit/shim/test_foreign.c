/* What objects that are preloaded beside the shim can ask of the ledger. */
#include "ledger/timerleak_ledger.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/gate.h"
#include "fixture.h"
#include "ledger/inherit.h"
#include "tables/families.h"
#include "tables/live.h"
#include "tables/regions.h"
#include "tables/slots.h"

#define MANY 600000 /* more than the kernel would let this process have */

static uint32_t lamp;

static void begin_with_lamps(void)
{
    begin();
    lamp = timerleak_ledger.family("lamp", TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK);
}

TestSuite(foreign, .init = begin_with_lamps, .fini = end);

static PROGRAM uint64_t light(uint64_t handle, uint64_t cookie)
{
    struct timerleak_birth birth = {.call = TIMERLEAK_CALL("red"),
                                    .family = lamp,
                                    .clock = CLOCK_MONOTONIC,
                                    .handle = handle,
                                    .cookie = cookie};
    uint64_t timer = timerleak_ledger.created(&birth);

    NO_TAIL_CALL;
    return timer;
}

static PROGRAM uint64_t light_kept(uint32_t family, const char *kind, uint64_t handle)
{
    struct timerleak_birth birth = {.call = TIMERLEAK_CALL(kind),
                                    .family = family,
                                    .clock = CLOCK_MONOTONIC,
                                    .handle = handle,
                                    .kept = true};
    uint64_t timer = timerleak_ledger.created(&birth);

    NO_TAIL_CALL;
    return timer;
}

static struct tlk_timer *record_of(uint64_t timer)
{
    return timer_at((uint32_t)timer);
}

Test(foreign, a_timer_is_found_by_its_handle_until_that_is_taken)
{
    uint64_t timer = light(4711, 5);

    cr_assert_neq(timer, 0);
    cr_expect_eq(record_of(timer)->family, lamp);
    cr_expect(record_of(timer)->flags & TLK_EXACT_FIRES);
    cr_expect_str_eq(region_at(TLK_STRINGS, site_at(record_of(timer)->site)->kind), "red");
    cr_expect_eq(timerleak_ledger.find(lamp, 4711), timer);
    cr_expect_eq(timerleak_ledger.find(TLK_GOTIME, 4711), 0);
    cr_expect_eq(timerleak_ledger.cookie(timer), 5);
    cr_expect_eq(timerleak_ledger.take(lamp, 4711), timer);
    cr_expect_eq(timerleak_ledger.find(lamp, 4711), 0);
    timerleak_ledger.released(timer);
    cr_expect_eq(record_of(timer)->state, TLK_FREE);
    cr_expect_eq(timerleak_ledger.cookie(timer), 0);
}

Test(foreign, one_handle_stands_for_one_timer)
{
    uint64_t first = light(4711, 0), second = light(4711, 0);

    cr_expect_neq(second, first);
    cr_expect_eq(timerleak_ledger.find(lamp, 4711), second);
    cr_expect_eq(site_at(record_of(second)->site)->released, 1, "the first must have ended unseen");
}

/* By the fifth time their stacks are recalled, not unwound. */
static PROGRAM void light_in_turn(void *argument)
{
    const char *const kinds[] = {"red", "green", NULL};
    uint32_t either[] = {lamp, timerleak_ledger.family("sundial", TLK_BY_HANDLE)};

    (void)argument;
    for (int i = 0; i < 30; i++) {
        const char *kind = kinds[i % 3];
        const struct tlk_timer *timer = record_of(light_kept(either[i % 2], kind, 0));
        const struct tlk_site *site = site_at(timer->site);

        cr_expect_eq(site->family, either[i % 2], "%d", i);
        cr_expect_str_eq(string_of(site->kind), kind ? kind : "", "%d", i);
    }
    NO_TAIL_CALL;
}

Test(foreign, what_one_call_makes_may_be_of_several_families_and_kinds)
{
    in_thread(light_in_turn, NULL);
}

Test(foreign, what_is_not_watched_need_not_be_reported)
{
    cr_expect(timerleak_ledger.admits(lamp));
    cr_expect_not(timerleak_ledger.admits(0), "there was no room for its family");
    families_want("posix");
    cr_expect_not(timerleak_ledger.admits(lamp));
    cr_expect_eq(light(1, 0), 0);
    families_want("");
    gate->state = GATE_SHUT;
    cr_expect_not(timerleak_ledger.admits(lamp));
    cr_expect_eq(light(2, 0), 0);
}

/* ---- fork ---- */

/* Memory for them would take a system call, of which the program may die. */
Test(foreign, in_a_sandbox_nothing_is_remembered_for_a_child)
{
    light(1, 0);
    gate->sandboxed = 1;
    inherit_remember();
    cr_expect_eq(inherit_count(), 0);
    gate->sandboxed = 0;
    inherit_remember();
    cr_expect_eq(inherit_count(), 1);
}

static void over_fork(void)
{
    inherit_remember();
    live_forget_ids();
    inherit_restore();
}

Test(foreign, over_fork_a_timer_is_found_by_its_handle)
{
    uint64_t timer = light(4711, 5);

    over_fork();
    cr_expect_eq(timerleak_ledger.find(lamp, 4711), timer);
    cr_expect(record_of(timer)->flags & TLK_INHERITED);
}

/* Or its handle would stand for whatever timer comes to have its place. */
Test(foreign, over_fork_a_reference_that_its_library_keeps_stays_the_only_one)
{
    uint64_t timer = light_kept(lamp, "red", 4711);

    over_fork();
    cr_expect_eq(timerleak_ledger.find(lamp, 4711), 0);
    cr_expect_eq(record_of(timer)->state, TLK_LIVE);
    timerleak_ledger.released(timer);
    cr_expect_eq(record_of(timer)->state, TLK_FREE);
}

/* ---- many ---- */

static void begin_unlimited(void)
{
    make_directory();
    begin_sized(0);
    lamp = timerleak_ledger.family("lamp", TLK_BY_HANDLE);
}

Test(foreign_many, handles, .init = begin_unlimited, .fini = end, .timeout = 60)
{
    uint32_t made = 0;

    cr_assert_lt(mapfile_kernel_timers(), MANY);
    while (made < MANY && light(made + 1, made))
        made++;
    cr_assert_eq(made, MANY, "%u", made);
    for (uint64_t i = 0; i < MANY; i++)
        cr_assert_eq(timerleak_ledger.cookie(timerleak_ledger.find(lamp, i + 1)), i);
    for (uint64_t i = 0; i < MANY; i++)
        timerleak_ledger.released(timerleak_ledger.take(lamp, i + 1));
    cr_expect_eq(timerleak_ledger.find(lamp, MANY / 2), 0);
    for (int i = 0; i < TLK_DROPS; i++)
        cr_expect_eq(recording->dropped[i], 0, "%d: %lu", i, recording->dropped[i]);
}

/* ---- calls within calls ---- */

static PROGRAM bool inner(void)
{
    bool outermost = timerleak_ledger.enter(__builtin_frame_address(0));

    if (outermost)
        timerleak_ledger.leave();
    NO_TAIL_CALL;
    return outermost;
}

static bool inner_was_outermost;

static PROGRAM bool outer(void)
{
    bool outermost = timerleak_ledger.enter(__builtin_frame_address(0));

    inner_was_outermost = inner();
    if (outermost)
        timerleak_ledger.leave();
    NO_TAIL_CALL;
    return outermost;
}

Test(foreign, of_calls_within_calls_the_outermost_is_the_user_s)
{
    for (int i = 0; i < 2; i++) {
        cr_expect(outer());
        cr_expect_not(inner_was_outermost);
        cr_expect(inner());
    }
}

static jmp_buf start;

static PROGRAM void thrown(void)
{
    timerleak_ledger.enter(__builtin_frame_address(0));
    longjmp(start, 1);
}

Test(foreign, a_call_that_was_left_by_longjmp_is_over)
{
    if (setjmp(start) == 0)
        thrown();
    cr_expect(outer());
    cr_expect_not(inner_was_outermost);
}

static PROGRAM void in_another_thread(void *argument)
{
    *(bool *)argument = inner();
    NO_TAIL_CALL;
}

Test(foreign, each_thread_has_an_outermost_of_its_own)
{
    bool outermost = false;

    cr_assert(timerleak_ledger.enter(__builtin_frame_address(0)));
    in_thread(in_another_thread, &outermost);
    timerleak_ledger.leave();
    cr_expect(outermost);
}

Test(foreign, a_timer_whose_memory_is_gone_is_marked_and_lives_on)
{
    uint64_t timer = light_kept(lamp, "red", 5);

    timerleak_ledger.lost(timer);
    cr_expect(record_of(timer)->flags & TLK_OVERWRITTEN);
    cr_expect_eq(record_of(timer)->state, TLK_LIVE);
    timerleak_ledger.lost(0);
}

Test(foreign, memory_can_be_looked_at_that_may_be_gone)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char copy[8] = "";

    strcpy(page + 8, "lamp");
    cr_expect(timerleak_ledger.peek(copy, page + 8, sizeof(copy)));
    cr_expect_str_eq(copy, "lamp");
    munmap(page, 4096);
    errno = 0;
    cr_expect(!timerleak_ledger.peek(copy, page + 8, sizeof(copy)));
    cr_expect_eq(errno, 0);
    gate->sandboxed = 1;
    cr_expect(!timerleak_ledger.peek(copy, "lantern", sizeof(copy)));
    gate->sandboxed = 0;
}

Test(foreign, what_was_found_by_address_is_outdated_when_something_is_unloaded)
{
    uint32_t before = timerleak_ledger.unloads();
    void *self = dlopen(NULL, RTLD_NOW);

    cr_expect_eq(timerleak_ledger.unloads(), before);
    dlclose(self);
    cr_expect_neq(timerleak_ledger.unloads(), before);
}

/* ---- where nothing is recorded ---- */

TestSuite(foreign_unrecorded);

Test(foreign_unrecorded, a_timer_that_begins_with_its_arming_is_none)
{
    struct timerleak_birth birth = {.call = TIMERLEAK_CALL("red"), .family = 1};

    cr_expect_eq(timerleak_ledger.started(&birth, TIMERLEAK_AT_BIRTH, 1000, 0), 0);
}
