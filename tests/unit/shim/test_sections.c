/* What a signal handler may do to the thread that it interrupts. */
#include "core/thread.h"

#include "fixture.h"
#include "ledger/ledger.h"
#include "tables/regions.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

TestSuite(sections, .init = begin, .fini = end);

static const struct tlk_site *the_site(void)
{
    cr_assert_eq(recording->regions[TLK_SITES].used, 2);
    return site_at(1);
}

/* ---- put off, or left out ---- */

Test(sections, a_release_within_a_section_waits_for_its_end)
{
    struct timer_ref first = make_timer(TLK_TIMERFD, 5), second = make_timer(TLK_TIMERFD, 6);

    cr_assert(section_enter());
    timer_released(first);
    timer_released(second);
    cr_expect_eq(the_site()->released, 0);
    cr_expect_not(timer_live(first), "it is on its way out");
    section_leave();
    cr_expect_eq(the_site()->released, 2);
    cr_expect_eq(thread.pending_count, 0);
    cr_expect_eq(recording->dropped[TLK_DROP_PENDING], 0);
}

Test(sections, more_releases_than_can_wait_are_counted)
{
    struct timer_ref refs[THREAD_PENDING + 2];

    for (uint64_t i = 0; i < THREAD_PENDING + 2; i++)
        refs[i] = make_timer(TLK_TIMERFD, 5 + i);
    cr_assert(section_enter());
    for (int i = 0; i < THREAD_PENDING + 2; i++)
        timer_released(refs[i]);
    section_leave();
    cr_expect_eq(the_site()->released, THREAD_PENDING);
    cr_expect_eq(recording->dropped[TLK_DROP_PENDING], 2);
}

Test(sections, a_create_within_a_section_is_left_out_and_counted)
{
    struct timer_ref ref;

    cr_assert(section_enter());
    ref = make_timer(TLK_POSIX, 5);
    section_exit();
    cr_expect_eq(ref.slot, 0);
    cr_expect_eq(recording->dropped[TLK_DROP_BUSY], 1);
    cr_expect_eq(recording->regions[TLK_SITES].used, 1);
}

Test(sections, a_take_within_a_section_finds_the_young)
{
    make_timer(TLK_POSIX, 5);
    cr_assert(section_enter());
    cr_expect_neq(timer_take(TLK_POSIX, 5).slot, 0);
    cr_expect_eq(timer_take(TLK_POSIX, 6).slot, 0);
    section_exit();
    cr_expect_eq(recording->dropped[TLK_DROP_PENDING], 0);
}

/* What was dropped at birth is not lost again, whatever else there is. */
Test(sections, a_take_within_a_section_knows_what_was_never_entered)
{
    enum { OLDER = 10000 };

    for (uint64_t id = 0; id < OLDER; id++)
        make_timer(TLK_POSIX, id);
    cr_assert_eq(live_find_fast(TLK_POSIX, 0), 0, "it is among the young no more");
    cr_assert(section_enter());
    cr_expect_neq(timer_take(TLK_POSIX, 0).slot, 0);
    for (uint64_t id = OLDER; id < 2 * OLDER; id++)
        cr_assert_eq(timer_take(TLK_POSIX, id).slot, 0);
    section_exit();
    cr_expect_eq(recording->dropped[TLK_DROP_PENDING], 0);
}

static void hold_the_locks(void *held)
{
    *(bool *)held = live_lock();
}

Test(sections, a_take_within_a_section_that_finds_its_lock_taken_is_counted)
{
    enum { OLDER = 10000 };
    bool held;

    for (uint64_t id = 0; id < OLDER; id++)
        make_timer(TLK_POSIX, id);
    in_thread(hold_the_locks, &held);
    cr_assert(held);
    cr_assert(section_enter());
    cr_expect_eq(timer_take(TLK_POSIX, 0).slot, 0);
    section_exit();
    cr_expect_eq(recording->dropped[TLK_DROP_PENDING], 1);
}

/* ---- abandoned ---- */

static sigjmp_buf out;

static void leave_by_jump(int number)
{
    (void)number;
    siglongjmp(out, 1);
}

static __attribute__((noinline)) void be_interrupted(void)
{
    cr_assert(section_enter());
    raise(SIGUSR1);
    NO_TAIL_CALL;
}

/* The compiler must believe that so much room is used. */
#define USE(room) __asm__ volatile("" ::"r"(room) : "memory")

static __attribute__((noinline)) void be_interrupted_further_down(size_t depth)
{
    char *room = alloca(depth + 1);

    USE(room);
    be_interrupted();
    USE(room);
}

static void abandon_a_section(size_t depth)
{
    signal(SIGUSR1, leave_by_jump);
    if (!sigsetjmp(out, 1))
        be_interrupted_further_down(depth);
    cr_assert_neq(thread.section, 0);
}

Test(sections, a_section_that_a_handler_jumped_out_of_is_over)
{
    abandon_a_section(65536);
    cr_expect(timer_live(make_timer(TLK_POSIX, 5)));
    cr_expect_eq(thread.section, 0);
}

static __attribute__((noinline)) struct timer_ref make_timer_further_down(size_t depth)
{
    char *room = alloca(depth + 1);
    struct timer_ref ref;

    memset(room, 0, depth + 1); /* what was there before is overwritten, as other calls would */
    USE(room);
    ref = make_timer(TLK_POSIX, 5);
    USE(room);
    return ref;
}

/* As in a loop whose calls are all deeper than the one that was interrupted. */
Test(sections, also_for_calls_from_further_down_the_stack)
{
    abandon_a_section(0);
    cr_expect(timer_live(make_timer_further_down(65536)));
}

/* ---- handlers on a stack of their own ---- */

static volatile bool entered;

static void try_to_enter(int number)
{
    (void)number;
    entered = section_enter();
}

static void enter_and_leave_by_jump(int number)
{
    entered = section_enter();
    leave_by_jump(number);
}

#define ALTERNATE_SIZE 65536

static PROGRAM void interrupt_a_section(void *alternate)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = ALTERNATE_SIZE};
    struct sigaction action = {.sa_handler = try_to_enter, .sa_flags = SA_ONSTACK};

    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    entered = true;
    cr_assert(section_enter());
    raise(SIGUSR1);
    section_exit();
    cr_expect_not(entered, "two sections at once");
}

static PROGRAM void jump_out_of_a_handler_s_section(void *alternate)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = ALTERNATE_SIZE};
    struct sigaction action = {.sa_handler = enter_and_leave_by_jump, .sa_flags = SA_ONSTACK};

    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    if (!sigsetjmp(out, 1))
        raise(SIGUSR1);
    cr_assert(entered);
    cr_expect(section_enter(), "the handler's section is over");
}

/* Runs it with an alternate stack that lies below the thread's own, or above it. */
static void with_alternate_stack(void (*run)(void *), bool above)
{
    size_t size = 1 << 20;
    char *memory = mmap(NULL, size + 2 * ALTERNATE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    in_thread_on(memory + ALTERNATE_SIZE, size, run,
                 above ? memory + ALTERNATE_SIZE + size : memory);
}

Test(sections, a_handler_on_a_lower_stack_finds_the_section_taken)
{
    with_alternate_stack(interrupt_a_section, false);
}

Test(sections, a_handler_on_a_higher_stack_finds_the_section_taken)
{
    with_alternate_stack(interrupt_a_section, true);
}

Test(sections, a_section_abandoned_on_a_lower_stack_is_over)
{
    with_alternate_stack(jump_out_of_a_handler_s_section, false);
}

Test(sections, a_section_abandoned_on_a_higher_stack_is_over)
{
    with_alternate_stack(jump_out_of_a_handler_s_section, true);
}
