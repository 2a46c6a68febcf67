/* The stack of the running thread: its frames, and whether it may be taken at all. */
#include "stacks/stack.h"

#include "core/gate.h"
#include "core/machine.h"
#include "core/thread.h"
#include "fixture.h"
#include "tables/mapfile.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

TestSuite(stack, .init = begin, .fini = end);

/* ---- frames ---- */

struct capture {
    uint32_t levels, most;
    void *addresses[TLK_MAX_DEPTH + STACK_OWN_FRAMES];
    uint32_t depth;
    bool truncated;
};

/* Stands for a hook: it is no frame of the program. */
static __attribute__((noinline)) void take(struct capture *capture)
{
    cr_assert(stack_suffices());
    capture->depth = stack_capture(capture->addresses, capture->most, false, &capture->truncated);
}

static PROGRAM void descend(struct capture *capture, uint32_t levels)
{
    if (levels == 0)
        take(capture);
    else
        descend(capture, levels - 1);
    NO_TAIL_CALL;
}

static PROGRAM void run_capture(void *capture)
{
    descend(capture, ((struct capture *)capture)->levels);
    NO_TAIL_CALL;
}

static const struct capture *captured(uint32_t levels, uint32_t most)
{
    static struct capture capture;

    capture = (struct capture){.levels = levels, .most = most};
    in_thread(run_capture, &capture);
    return &capture;
}

Test(stack, each_call_is_a_frame)
{
    uint32_t flat = captured(0, TLK_MAX_DEPTH)->depth;

    cr_expect_geq(flat, 3, "descend, run_capture, the thread's start");
    cr_expect_eq(captured(1, TLK_MAX_DEPTH)->depth, flat + 1);
    cr_expect_eq(captured(50, TLK_MAX_DEPTH)->depth, flat + 50);
    cr_expect_not(captured(50, TLK_MAX_DEPTH)->truncated);
}

Test(stack, it_begins_with_the_caller_of_the_hook)
{
    const struct capture *capture = captured(5, 64);
    uintptr_t descend_start = (uintptr_t)descend, leaf = (uintptr_t)capture->addresses[0];

    cr_expect(leaf > descend_start && leaf < descend_start + 256);
    for (int i = 2; i <= 5; i++)
        cr_expect_eq(capture->addresses[i], capture->addresses[1], "the call within itself");
    cr_expect_neq(capture->addresses[6], capture->addresses[5]);
}

Test(stack, one_that_is_too_deep_is_cut_at_its_root)
{
    const struct capture *capture = captured(20, 10);

    cr_expect_eq(capture->depth, 10);
    cr_expect(capture->truncated);
    cr_expect_eq(capture->addresses[9], capture->addresses[1]);
}

Test(stack, one_deeper_than_a_recording_can_say_is_cut)
{
    const struct capture *capture = captured(500, TLK_MAX_DEPTH);

    cr_expect_eq(capture->depth, TLK_MAX_DEPTH);
    cr_expect(capture->truncated);
}

Test(stack, both_unwinders_agree)
{
    struct capture by_libunwind = *captured(30, TLK_MAX_DEPTH);

    if (!MACHINE_CALLS_PUSH && stack_unwinder() == TLK_UNWINDER_LIBGCC)
        cr_skip_test("this libunwind does not understand signed return addresses");
    cr_expect_eq(stack_unwinder(), TLK_UNWINDER_LIBUNWIND);
    gate->careful = 1;
    const struct capture *by_libgcc = captured(30, TLK_MAX_DEPTH);
    cr_expect_eq(by_libgcc->depth, by_libunwind.depth);
    cr_expect_arr_eq(by_libgcc->addresses, by_libunwind.addresses,
                     by_libunwind.depth * sizeof(void *));
}

/* ---- bounds ---- */

struct bounds {
    uintptr_t low, high, found_low, found_high; /* low: above the guard */
    bool suffices;
};

static void *find_bounds(void *argument)
{
    struct bounds *bounds = argument;
    pthread_attr_t attributes;
    void *low;
    size_t size;

    bounds->suffices = stack_suffices();
    bounds->found_low = thread.stack_low;
    bounds->found_high = thread.stack_high;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    bounds->low = (uintptr_t)low;
    bounds->high = bounds->low + size;
    return bounds;
}

static struct bounds bounds_with(const pthread_attr_t *attributes)
{
    struct bounds bounds = {0};
    pthread_t started;

    cr_assert_eq(pthread_create(&started, attributes, find_bounds, &bounds), 0);
    pthread_join(started, NULL);
    return bounds;
}

static void expect_found(const struct bounds *bounds, size_t size)
{
    cr_expect_eq(bounds->found_high, bounds->high, "size %zu", size);
    cr_expect_geq(bounds->found_low + 65536, bounds->low, "size %zu", size);
    cr_expect_leq(bounds->found_low, bounds->low, "size %zu", size);
}

Test(stack, that_of_the_main_thread_suffices)
{
    char here;

    cr_expect(stack_suffices());
    cr_expect(thread.stack_low < (uintptr_t)&here && (uintptr_t)&here < thread.stack_high);
}

Test(stack, a_thread_s_is_found_whatever_its_size)
{
    static const size_t sizes[] = {32768, 40960, 65536, 69632, 1 << 20, 12345678, 64 << 20};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        pthread_attr_t attributes;
        struct bounds bounds;

        if (sizes[i] < (size_t)PTHREAD_STACK_MIN)
            continue;
        pthread_attr_init(&attributes);
        cr_assert_eq(pthread_attr_setstacksize(&attributes, sizes[i]), 0);
        bounds = bounds_with(&attributes);
        expect_found(&bounds, sizes[i]);
        cr_expect(bounds.suffices, "size %zu", sizes[i]);
    }
}

Test(stack, the_smallest_does_not_suffice)
{
    pthread_attr_t attributes;
    struct bounds bounds;

    if (PTHREAD_STACK_MIN > 65536)
        cr_skip_test("the smallest is large on this machine");
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
    bounds = bounds_with(&attributes);
    cr_expect_not(bounds.suffices);
}

Test(stack, one_that_the_program_gave_is_found)
{
    size_t size = 200 * 1024;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    struct bounds bounds;

    pthread_attr_init(&attributes);
    cr_assert_eq(pthread_attr_setstack(&attributes, memory, size), 0);
    bounds = bounds_with(&attributes);
    expect_found(&bounds, size);
    cr_expect(bounds.suffices);
}

/* No page says where it ends, so nothing is known of it, and the caller alone is recorded. */
Test(stack, one_that_begins_within_a_page_is_left_alone)
{
    size_t size = 200 * 1024;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    struct bounds bounds;

    pthread_attr_init(&attributes);
    cr_assert_eq(pthread_attr_setstack(&attributes, memory + 64, size - 128), 0);
    bounds = bounds_with(&attributes);
    cr_expect_not(bounds.suffices);
}

/* ---- how much is left ---- */

#define LEFT 8192 /* less than unwinding takes */

static void *go_near_the_end(void *suffices)
{
    pthread_attr_t attributes;
    void *low;
    size_t size;
    char here;

    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    *(volatile char *)alloca((size_t)(&here - (char *)low) - LEFT) = 0;
    *(bool *)suffices = stack_suffices();
    return NULL;
}

static bool suffices_near_the_end(size_t guard)
{
    pthread_attr_t attributes;
    pthread_t started;
    bool suffices = true;

    pthread_attr_init(&attributes);
    pthread_attr_setguardsize(&attributes, guard);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    pthread_create(&started, &attributes, go_near_the_end, &suffices);
    pthread_join(started, NULL);
    return suffices;
}

Test(stack, near_its_end_it_does_not_suffice)
{
    cr_expect_not(suffices_near_the_end(0));
    cr_expect_not(suffices_near_the_end(4096));
}

Test(stack, its_guard_is_not_part_of_it)
{
    cr_expect_not(suffices_near_the_end(65536));
}

/* ---- other stacks ---- */

static volatile bool suffices_elsewhere;

static void look(void)
{
    suffices_elsewhere = stack_suffices();
}

Test(stack, a_coroutine_s_does_not_suffice)
{
    static char memory[256 * 1024];
    static ucontext_t coroutine, back;

    suffices_elsewhere = true;
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = memory;
    coroutine.uc_stack.ss_size = sizeof(memory);
    coroutine.uc_link = &back;
    makecontext(&coroutine, look, 0);
    swapcontext(&back, &coroutine);
    cr_expect_not(suffices_elsewhere);
}

static void on_signal(int number)
{
    (void)number;
    look();
}

Test(stack, a_signal_s_own_does_not_suffice)
{
    stack_t alternate = {.ss_sp = malloc(256 * 1024), .ss_size = 256 * 1024};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

    suffices_elsewhere = true;
    sigaltstack(&alternate, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    cr_expect_not(suffices_elsewhere);
}
