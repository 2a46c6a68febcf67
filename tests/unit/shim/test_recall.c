/* A stack is known again when it is the same one, and only then. */
#include "stacks/recall.h"

#include "core/machine.h"
#include "core/thread.h"
#include "fixture.h"
#include "jit.h"
#include "stacks/stack.h"
#include "tables/mapfile.h"
#include "tables/modules.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

TestSuite(recall, .init = begin, .fini = end, .disabled = !MACHINE_CALLS_PUSH);

/* What the hook saw: which site was recalled, if any, and which it truly is. */
struct sight {
    bool recalled;
    uint32_t recalled_site, site;
    uintptr_t frame;
};

static struct sight last;

/* Stands for a hook, and does as the ledger does. */
static __attribute__((noinline)) void observe(void)
{
    _Alignas(struct stack) char room[STACK_BYTES(TLK_MAX_DEPTH + STACK_OWN_FRAMES)];
    struct stack *stack = (struct stack *)room;
    struct call call = {"observe",
                        NULL,
                        TLK_TIMERFD,
                        __builtin_dwarf_cfa(),
                        __builtin_return_address(0),
                        *(void **)__builtin_frame_address(0)};
    uint32_t epoch = modules_epoch();

    cr_assert(section_enter());
    cr_assert(stack_suffices());
    last = (struct sight){.frame = (uintptr_t)call.frame};
    last.recalled = recall_site(&call, &last.recalled_site);
    *stack = (struct stack){.function = call.function, .family = call.family, .unwound = true};
    stack->depth = stack_capture(stack->addresses, 64, !recall_possible(&call), &stack->truncated);
    last.site = sites_find(stack);
    if (!last.recalled)
        recall_learn(&call, stack, last.site, epoch);
    section_exit();
}

static void expect_right(void)
{
    cr_expect(!last.recalled || last.recalled_site == last.site, "site %u taken for %u", last.site,
              last.recalled_site);
}

static void expect_recalled(void)
{
    cr_expect(last.recalled);
    expect_right();
}

/* Not known to the compiler, which would unroll a loop or make a copy of a function for it. */
#define OPAQUE(value)                                                                              \
    ({                                                                                             \
        __typeof__(value) opaque = (value);                                                        \
        __asm__ volatile("" : "+r"(opaque));                                                       \
        opaque;                                                                                    \
    })

/* ---- the same again ---- */

static PROGRAM void call_thrice(void *unused)
{
    (void)unused;
    for (int i = 0; i < OPAQUE(3); i++) {
        observe();
        NO_TAIL_CALL;
        if (OPAQUE(i) < 1)
            cr_expect_not(last.recalled, "learned the first time");
        else
            expect_recalled();
    }
}

Test(recall, a_stack_is_known_from_the_second_time_on)
{
    in_thread(call_thrice, NULL);
}

static PROGRAM void fall(int levels)
{
    if (levels)
        fall(levels - 1);
    else
        observe();
    NO_TAIL_CALL;
}

static PROGRAM void fall_thrice(void *levels)
{
    for (int i = 0; i < OPAQUE(3); i++) {
        fall(*(int *)levels);
        NO_TAIL_CALL;
    }
}

Test(recall, a_deep_one_too)
{
    int deep = 55, deeper_than_kept = 200;

    in_thread(fall_thrice, &deep);
    expect_recalled();
    in_thread(fall_thrice, &deeper_than_kept);
    expect_recalled();
}

static PROGRAM void fall_once(void *levels)
{
    fall(*(int *)levels);
    NO_TAIL_CALL;
}

static PROGRAM void *fall_once_in_thread(void *levels)
{
    fall_once(levels);
    NO_TAIL_CALL;
    return NULL;
}

static PROGRAM void *wait_for_others(void *barrier)
{
    pthread_barrier_wait(barrier);
    return NULL;
}

/* What was learned counts from the hook's frame: it holds on the stack of any thread. */
Test(recall, the_stack_of_a_second_thread_is_known_at_once)
{
    int levels = 3;
    uintptr_t frame;
    pthread_barrier_t barrier;
    pthread_t holder, faller;

    pthread_barrier_init(&barrier, NULL, 2);
    for (int i = 0; i < 4; i++) {
        if (i == 3)
            pthread_create(&holder, NULL, wait_for_others, &barrier); /* takes the free stack */
        frame = last.frame;
        pthread_create(&faller, NULL, fall_once_in_thread, &levels);
        pthread_join(faller, NULL);
    }
    cr_expect_neq(last.frame, frame, "else the test tests nothing");
    expect_recalled();
    pthread_barrier_wait(&barrier);
    pthread_join(holder, NULL);
}

/* Frames of other sizes: the first stack's places don't tell these. */
static PROGRAM void fall_in_steps(void *unused)
{
    static const int levels[] = {1, 2, 3};

    (void)unused;
    for (int i = 0; i < OPAQUE(24); i++) {
        fall(levels[i % 3]);
        NO_TAIL_CALL;
        expect_right();
        if (i >= 15)
            cr_expect(last.recalled, "%d levels deep", levels[i % 3]);
    }
}

Test(recall, stacks_of_different_depth_that_share_their_caller_are_all_known)
{
    in_thread(fall_in_steps, NULL);
}

static PROGRAM void observe_called(struct jit_call *call)
{
    (void)call;
    observe();
    NO_TAIL_CALL;
}

/* Two ways that differ by nothing but functions that were made at run time. */
static PROGRAM void go_through_made(void *shape)
{
    struct jit_call calls[2][4];

    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < 3; i++)
            calls[way][i] =
                (struct jit_call){jit_make(*(enum jit_shape *)shape), &calls[way][i + 1]};
        calls[way][3] = (struct jit_call){observe_called, NULL};
    }
    for (int i = 0; i < OPAQUE(16); i++) {
        calls[i % 2][0].function(calls[i % 2]);
        NO_TAIL_CALL;
        cr_expect_not(last.recalled, "shape %d", *(int *)shape);
    }
}

Test(recall, a_stack_through_code_made_at_run_time_is_unwound_each_time)
{
    for (enum jit_shape shape = JIT_TRAMPOLINE; shape <= JIT_FRAME_POINTER; shape++)
        in_thread(go_through_made, &shape);
}

/* Binary numbers as ways down: many stacks that differ by return addresses only. */
static PROGRAM void follow(unsigned path, int levels)
{
    if (levels == 0)
        observe();
    else if (path & 1)
        follow(path >> 1, levels - 1);
    else
        follow(OPAQUE(path) >> 1, levels - 1);
    __asm__ volatile("" ::"i"(3) : "memory");
}

static PROGRAM void follow_all(void *known)
{
    for (int round = 0; round < OPAQUE(3); round++)
        for (unsigned path = 0; path < OPAQUE(1024u); path++) {
            follow(path, 10);
            NO_TAIL_CALL;
            expect_right();
            *(unsigned *)known += round == 2 && last.recalled;
        }
}

Test(recall, a_thousand_stacks_are_known)
{
    unsigned known = 0;

    in_thread(follow_all, &known);
    cr_expect_eq(known, 1024);
}

/* ---- another one that looks like it ---- */

static PROGRAM void leaf(void)
{
    observe();
    NO_TAIL_CALL;
}

/* Three callers whose frames are of one size. */
#define SAME_BUT(name, n)                                                                          \
    static PROGRAM void name(void)                                                                 \
    {                                                                                              \
        leaf();                                                                                    \
        __asm__ volatile("" ::"i"(n) : "memory");                                                  \
    }
SAME_BUT(first, 1)
SAME_BUT(second, 2)
SAME_BUT(third, 3)

static PROGRAM void call_each(void *unused)
{
    static void (*const callers[])(void) = {first, second, third};
    uintptr_t frame = 0;
    uint32_t sites[3] = {0};

    (void)unused;
    for (int i = 0; i < OPAQUE(30); i++) {
        int which = OPAQUE(i < 9 ? 0 : i < 18 ? 1 : i % 3);

        callers[which]();
        NO_TAIL_CALL;
        expect_right();
        cr_expect(!frame || frame == last.frame, "else the test tests nothing");
        cr_expect(!sites[which] || sites[which] == last.site);
        frame = last.frame;
        sites[which] = last.site;
    }
    cr_expect(sites[0] != sites[1] && sites[1] != sites[2] && sites[0] != sites[2]);
}

Test(recall, other_callers_with_frames_of_the_same_size_are_told_apart)
{
    in_thread(call_each, NULL);
}

static PROGRAM void call_from_two_lines(void *unused)
{
    (void)unused;
    for (int i = 0; i < OPAQUE(6); i++) {
        leaf();
        NO_TAIL_CALL;
        expect_right();
        leaf();
        __asm__ volatile("nop" ::: "memory");
        expect_right();
    }
}

Test(recall, two_lines_of_one_function_are_told_apart)
{
    in_thread(call_from_two_lines, NULL);
}

static PROGRAM void start_one(void *argument)
{
    fall_thrice(argument);
    NO_TAIL_CALL;
}

static PROGRAM void start_other(void *argument)
{
    fall_thrice(argument);
    __asm__ volatile("nop" ::: "memory");
    expect_right();
}

/* glibc gives the next thread the stack of the last one. */
Test(recall, another_thread_on_the_same_stack_is_told_apart)
{
    int levels = 3;
    uintptr_t frame;

    in_thread(start_one, &levels);
    expect_recalled();
    frame = last.frame;
    in_thread(start_other, &levels);
    cr_expect_eq(last.frame, frame, "else the test tests nothing");
    expect_right();
}

/* ---- frames without a fixed size ---- */

static PROGRAM void with_room(size_t size)
{
    volatile char *room = alloca(size + 1);

    room[size] = 0;
    observe();
    NO_TAIL_CALL;
}

static PROGRAM void vary_the_room(void *unused)
{
    (void)unused;
    for (int i = 0; i < OPAQUE(400); i++) {
        with_room((size_t)(i * 48 % 1000));
        NO_TAIL_CALL;
        expect_right();
    }
}

Test(recall, frames_that_grow_and_shrink)
{
    in_thread(vary_the_room, NULL);
}

static PROGRAM void between(size_t size)
{
    char own[64];

    __asm__ volatile("" ::"r"(own) : "memory");
    with_room(size);
    __asm__ volatile("" ::"r"(own) : "memory");
}

/* The size of room with which with_room() called from here ends where between() would end. */
static PROGRAM size_t find_size(void (*function)(size_t))
{
    uintptr_t wanted = 0;

    for (size_t size = 0; size < OPAQUE((size_t)1000); size += 16) {
        (size ? function : between)(size ? size : 16);
        NO_TAIL_CALL;
        if (size && last.frame == wanted)
            return size;
        if (!size)
            wanted = last.frame;
    }
    return 0;
}

/*
 * with_room() is called by between(), then, by the same call instruction that called between(),
 * directly, with so much room that its frame ends at the same address. That room, which nobody has
 * written to, holds what between() left: its return address.
 */
static PROGRAM void leave_traces(void *compared)
{
    size_t size = find_size(OPAQUE(&with_room));
    struct sight sights[5];

    for (int i = 0; i < OPAQUE(5); i++) {
        void (*function)(size_t) = i < 4 ? between : with_room;

        OPAQUE(function)(OPAQUE(i < 4 ? 16 : size));
        NO_TAIL_CALL;
        sights[i] = last; /* and no other call, which would cover the traces */
    }
    cr_expect(sights[3].recalled);
    *(bool *)compared = sights[4].frame == sights[3].frame;
    expect_right();
}

Test(recall, what_an_earlier_call_left_in_a_frame_is_not_taken_for_a_caller)
{
    bool compared = false;

    in_thread(leave_traces, &compared);
    cr_expect(compared, "else the test tests nothing");
}

/* ---- what is never learned, or forgotten ---- */

static PROGRAM void on_signal(int number)
{
    (void)number;
    observe();
    NO_TAIL_CALL;
}

static PROGRAM void raise_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < OPAQUE(5); i++) {
        raise(SIGUSR1);
        NO_TAIL_CALL;
        expect_right();
    }
}

Test(recall, below_a_signal_handler)
{
    signal(SIGUSR1, on_signal);
    in_thread(raise_often, NULL);
}

/* The call instruction must be one and the same. */
static PROGRAM void forget_halfway(void *handle)
{
    for (int i = 0; i < OPAQUE(8); i++) {
        if (OPAQUE(i) == 4)
            dlclose(*(void **)handle);
        leaf();
        NO_TAIL_CALL;
        if (OPAQUE(i) == 3 || OPAQUE(i) == 7)
            expect_recalled();
        if (OPAQUE(i) == 4)
            cr_expect_not(last.recalled);
    }
}

Test(recall, when_a_module_is_unloaded_all_is_forgotten)
{
    void *handle = dlopen("libBrokenLocale.so.1", RTLD_NOW);

    cr_assert_not_null(handle);
    in_thread(forget_halfway, &handle);
}

Test(recall, what_was_captured_before_is_learned_for_nothing)
{
    struct call call = {"observe", NULL, TLK_TIMERFD, __builtin_dwarf_cfa(), (void *)observe, NULL};
    _Alignas(struct stack) char room[STACK_BYTES(2)] = {0};
    struct stack *stack = (struct stack *)room;
    uint32_t site, epoch = modules_epoch();

    cr_assert(stack_suffices());
    dlclose(dlopen("libBrokenLocale.so.1", RTLD_NOW));
    recall_learn(&call, stack, 1, epoch);
    recall_learn(&call, stack, 1, epoch);
    cr_expect_not(recall_site(&call, &site));
}

/* ---- the check ---- */

/* The second from above is another than the unwinder said. */
static PROGRAM void learn_wrongly(void *most)
{
    static _Alignas(struct stack) char room[STACK_BYTES(TLK_MAX_DEPTH + STACK_OWN_FRAMES)];
    struct stack *stack = (struct stack *)room;
    struct call call = {"learn_wrongly",
                        NULL,
                        TLK_TIMERFD,
                        __builtin_dwarf_cfa(),
                        __builtin_return_address(0),
                        *(void **)__builtin_frame_address(0)};
    uint32_t site;

    cr_assert(section_enter());
    stack->depth = stack_capture(stack->addresses, 64, !recall_possible(&call), &stack->truncated);
    memmove(stack->addresses, stack->addresses + 1, --stack->depth * sizeof(void *));
    cr_assert_eq(stack->addresses[0], call.caller, "from above this function");
    cr_assert_gt(stack->depth, 1);
    if (*(bool *)most)
        stack->addresses[1] = (char *)stack->addresses[1] + 1;
    else
        stack->depth--;
    recall_learn(&call, stack, 1, modules_epoch());
    cr_expect_not(recall_site(&call, &site));
    section_exit();
}

static PROGRAM void fall_thrice_and_learn_wrongly(void *differs)
{
    int levels = 3;

    fall_thrice(&levels);
    expect_recalled();
    learn_wrongly(differs);
    fall_once(&levels);
    cr_expect_not(last.recalled);
}

static void expect_off_after(bool differs)
{
    in_thread(fall_thrice_and_learn_wrongly, &differs);
    cr_expect_eq(recording->dropped[TLK_DROP_MISTAKEN], 1);
}

Test(recall, where_the_unwinder_finds_another_frame_none_is_recalled_any_more)
{
    expect_off_after(true);
}

Test(recall, nor_where_it_finds_fewer)
{
    expect_off_after(false);
}

static PROGRAM void fall_very_often(void *unwound)
{
    for (int i = 0; i < OPAQUE(100000); i++) {
        fall(OPAQUE(2));
        NO_TAIL_CALL;
        *(int *)unwound += !last.recalled;
    }
}

Test(recall, a_few_are_unwound_all_the_same)
{
    int unwound = 0;

    in_thread(fall_very_often, &unwound);
    cr_expect_geq(unwound, 10);
    cr_expect_leq(unwound, 20);
}
