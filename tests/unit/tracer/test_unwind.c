/* Stacks of this very process are unwound from a copy: to the callers that libgcc finds. */
#include "captured.h"
#include "trace/code_file.h"
#include "trace/unwind.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WITHOUT_POINTER __attribute__((noinline, optimize("omit-frame-pointer")))

static struct memory_map *map;
static struct unwinder *unwinder;
static struct captured captured;
static struct unwound unwound;

static void begin(void)
{
    map = memory_map_new(getpid());
    unwinder = unwinder_new(map, getpid());
}

static void end(void)
{
    unwinder_free(unwinder);
    memory_map_free(map);
    code_files_close();
}

TestSuite(unwind, .init = begin, .fini = end);

static bool unwind_captured(size_t size)
{
    return unwind(unwinder, &captured.registers, captured.stack, size, &unwound);
}

static void expect_callers(int depth)
{
    cr_expect_eq(unwound.callers[0], captured.registers.ip);
    for (int i = 1; i < depth && i < (int)unwound.depth; i++)
        cr_expect_eq(unwound.callers[i], captured.callers[i],
                     "%d: %" PRIx64 ", libgcc has %" PRIx64, i, unwound.callers[i],
                     captured.callers[i]);
    cr_expect_eq((int)unwound.depth, depth);
}

WITHOUT_POINTER static void plainly(int depth)
{
    if (depth > 0)
        plainly(depth - 1);
    else
        captured_here(&captured);
    __asm__ volatile("");
}

__attribute__((noinline)) static void with_alloca(size_t size, int depth)
{
    volatile char *room = alloca(size);
    room[0] = 1;
    plainly(depth);
    room[1] = 2;
}

/* Its stack pointer is aligned anew, and what it was is found by way of another register. */
__attribute__((noinline)) static void aligned(size_t size)
{
    _Alignas(64) volatile char room[128];
    room[0] = 1;
    with_alloca(size, 3);
    room[1] = room[0];
}

Test(unwind, finds_the_callers_that_libgcc_finds)
{
    plainly(20);
    cr_assert(unwind_captured(captured.size));
    expect_callers(captured.depth);
    cr_expect_not(unwound.truncated);
    cr_expect_gt(unwound.look_count, 0);
}

Test(unwind, finds_them_where_frames_have_no_fixed_size)
{
    aligned(777);
    cr_assert(unwind_captured(captured.size));
    expect_callers(captured.depth);
    cr_expect_not(unwound.truncated);
    cr_expect_gt(unwound.look_count, 0);
}

static void *in_thread(void *nothing)
{
    aligned(80);
    return nothing;
}

Test(unwind, ends_where_a_thread_begins)
{
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    cr_assert(unwind_captured(captured.size));
    expect_callers(captured.depth);
    cr_expect_not(unwound.truncated);
}

static void handler(int signal)
{
    (void)signal;
    plainly(2);
}

Test(unwind, goes_on_from_a_handler_to_what_was_interrupted)
{
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    cr_assert(unwind_captured(captured.size));
    cr_expect_eq(captured.interrupted, 1);
    expect_callers(captured.depth);
    cr_expect_not(unwound.truncated);
    cr_expect_eq(unwound.look_count, 0, "it is not known again");
}

Test(unwind, says_that_it_is_truncated_at_a_stack_for_signals)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_size = 65536};
    stack.ss_sp =
        mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    captured.size = (size_t)((uintptr_t)stack.ss_sp + stack.ss_size - captured.registers.sp);
    cr_assert(unwind_captured(captured.size));
    cr_expect_geq(unwound.depth, 6);
}

Test(unwind, finds_no_other_callers_in_a_copy_that_ends_early)
{
    aligned(300);
    for (size_t size = 0; size < captured.size && size < 4096; size += 8) {
        bool told = unwind_captured(size);
        cr_expect_eq(told, unwound.depth > 1);
        cr_assert_leq((int)unwound.depth, captured.depth);
        cr_expect((int)unwound.depth == captured.depth || unwound.truncated, "%zu", size);
        expect_callers((int)unwound.depth);
    }
}

Test(unwind, says_that_a_stack_is_deeper_than_what_is_kept)
{
    plainly(300);
    cr_assert(unwind_captured(captured.size));
    cr_expect_eq(unwound.depth, TLK_MAX_DEPTH);
    cr_expect(unwound.truncated);
}

Test(unwind, survives_whatever_registers_and_stacks_hold)
{
    aligned(64);
    srandom(1);
    for (int i = 0; i < 2000; i++) {
        struct captured odd = captured;
        uint64_t *words = (uint64_t *)(void *)odd.stack;
        uint64_t *registers = (uint64_t *)(void *)&odd.registers;
        for (int j = 0; j < 4; j++)
            words[random() % 128] = i & 1 ? (uint64_t)random() << 32 | (uint64_t)random()
                                          : words[random() % 128] + (uint64_t)(random() % 64);
        if (i % 3 == 0)
            registers[random() % 8] ^= 1ul << random() % 64;
        unwind(unwinder, &odd.registers, odd.stack, (size_t)random() % odd.size, &unwound);
        cr_assert_leq(unwound.depth, TLK_MAX_DEPTH);
        cr_assert_leq(unwound.look_count, TRACE_STEPS_MOST);
    }
}

/* Code without a word of how its frames are undone, as musl's: a stub, and what calls it. */
__asm__(".pushsection .text\n"
        ".type unwind_test_stub,@function\n"
        "unwind_test_stub:\n sub $8, %rsp\n syscall\n"
        "unwind_test_in_stub:\n add $8, %rsp\n ret\n"
        ".size unwind_test_stub,.-unwind_test_stub\n"
        ".type unwind_test_caller,@function\n"
        "unwind_test_caller:\n"
        " call unwind_test_other\n"
        "unwind_test_left:\n"
        " call unwind_test_stub\n"
        "unwind_test_returned:\n"
        " call *8(%rbx)\n"
        "unwind_test_indirect:\n ret\n"
        ".size unwind_test_caller,.-unwind_test_caller\n"
        ".type unwind_test_other,@function\n"
        "unwind_test_other:\n ret\n"
        ".size unwind_test_other,.-unwind_test_other\n"
        ".popsection\n");
extern const char unwind_test_in_stub[], unwind_test_left[], unwind_test_returned[],
    unwind_test_indirect[], unwind_test_other[];

static uint64_t caller_with(const char *first, const char *second)
{
    const struct trace_registers registers = {.ip = (uintptr_t)unwind_test_in_stub,
                                              .sp = 0x7ffc00001000};
    const uint64_t top[TRACE_TOP_WORDS] = {(uintptr_t)first, (uintptr_t)second};
    return unwind_caller(unwinder, &registers, top);
}

Test(unwind, of_a_stub_without_frame_information_finds_who_called_it)
{
    uint64_t returned = (uintptr_t)unwind_test_returned;
    cr_expect_eq(caller_with(NULL, unwind_test_returned), returned);
    cr_expect_eq(caller_with(unwind_test_left, unwind_test_returned), returned,
                 "what another call left there");
    cr_expect_eq(caller_with(unwind_test_other, unwind_test_returned), returned,
                 "no call is before it");
    cr_expect_eq(caller_with(NULL, unwind_test_indirect), (uintptr_t)unwind_test_indirect);
    cr_expect_eq(caller_with(NULL, NULL), 0);
}
