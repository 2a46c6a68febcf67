/* Millions of stacks, of all that compilers and assemblers make: each is known for what it is. */
#include "stacks/recall.h"

#include "core/machine.h"
#include "core/thread.h"
#include "fixture.h"
#include "stacks/stack.h"
#include "tables/mapfile.h"
#include "tables/modules.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unwind.h>

TestSuite(walk, .init = begin, .fini = end, .disabled = !MACHINE_CALLS_PUSH, .timeout = 120);

/* Where a trip goes is told by its number. */
struct trip {
    uint64_t random;
    unsigned levels;
    bool oddly; /* by ways, too, that no rule leads through */
    unsigned long *recalled;
};

static unsigned long wrong;

static uint32_t draw(struct trip *trip, uint32_t bound)
{
    trip->random = trip->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(trip->random >> 33) % bound;
}

/* In the place of a site: what all of its frames come to. */
static uint32_t name_of(const struct stack *stack)
{
    uint64_t hash = stack->depth;

    for (uint32_t i = 0; i < stack->depth; i++)
        hash = (hash ^ (uintptr_t)stack->addresses[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32) | 1;
}

/* Stands for a hook, and does as the ledger does. */
static __attribute__((noinline)) void observe(struct trip *trip)
{
    _Alignas(struct stack) char room[STACK_BYTES(TLK_MAX_DEPTH + STACK_OWN_FRAMES)];
    struct stack *stack = (struct stack *)room;
    struct call call = {"observe",
                        NULL,
                        TLK_TIMERFD,
                        __builtin_dwarf_cfa(),
                        __builtin_return_address(0),
                        *(void **)__builtin_frame_address(0)};
    uint32_t epoch = modules_epoch(), site = 0;
    bool recalled;

    if (!section_enter())
        return;
    recalled = recall_site(&call, &site);
    stack->depth = stack_capture(stack->addresses, 64, !recall_possible(&call), &stack->truncated);
    if (!recalled)
        recall_learn(&call, stack, name_of(stack), epoch);
    else if (site != name_of(stack))
        __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    *trip->recalled += recalled;
    section_exit();
}

/* ---- ways down ---- */

typedef void way(struct trip *trip);
static way *const ways[];

#define PLAIN_WAYS 13
#define ALL_WAYS 16

PROGRAM __attribute__((used)) void walk_on(struct trip *trip);
PROGRAM __attribute__((used)) void walk_on(struct trip *trip)
{
    if (trip->levels == 0) {
        observe(trip);
    } else {
        trip->levels--;
        ways[draw(trip, trip->oddly ? ALL_WAYS : PLAIN_WAYS)](trip);
    }
    NO_TAIL_CALL;
}

#define USE(memory) __asm__ volatile("" ::"r"(memory) : "memory")

static PROGRAM void by_small_frame(struct trip *trip)
{
    walk_on(trip);
    NO_TAIL_CALL;
}

static PROGRAM void by_large_frame(struct trip *trip)
{
    char room[3000];

    USE(room);
    walk_on(trip);
    USE(room);
}

static PROGRAM void by_frame_that_varies(struct trip *trip)
{
    char *room = alloca(draw(trip, 40) * 16 + 1);

    USE(room);
    walk_on(trip);
    USE(room);
}

static PROGRAM void by_frame_pointer(struct trip *trip)
{
    USE(__builtin_frame_address(0));
    walk_on(trip);
    NO_TAIL_CALL;
}

static PROGRAM void by_recursion(struct trip *trip)
{
    if (trip->levels == 0 || draw(trip, 3) == 0) {
        walk_on(trip);
    } else {
        trip->levels--;
        by_recursion(trip);
    }
    NO_TAIL_CALL;
}

static __thread struct trip *current;

static PROGRAM int compare(const void *a, const void *b)
{
    (void)a;
    (void)b;
    walk_on(current);
    NO_TAIL_CALL;
    return 0;
}

static PROGRAM void by_libc(struct trip *trip)
{
    char two[2] = {0};

    current = trip;
    qsort(two, 2, 1, compare);
    USE(two);
}

static PROGRAM _Unwind_Reason_Code on_frame(struct _Unwind_Context *context, void *trip)
{
    (void)context;
    walk_on(trip);
    NO_TAIL_CALL;
    return _URC_END_OF_STACK;
}

static PROGRAM void by_unwinder_at_work(struct trip *trip)
{
    _Unwind_Backtrace(on_frame, trip);
    NO_TAIL_CALL;
}

static PROGRAM void on_signal(int number)
{
    (void)number;
    walk_on(current);
    NO_TAIL_CALL;
}

static PROGRAM void by_signal(struct trip *trip)
{
    current = trip;
    raise(SIGUSR1);
    NO_TAIL_CALL;
}

static PROGRAM void by_aligned_frame(struct trip *trip)
{
    _Alignas(128) char room[128];
    char *more = alloca(draw(trip, 10) * 16 + 1);

    USE(room);
    USE(more);
    walk_on(trip);
    USE(room);
}

#ifdef __x86_64__

way by_something_else_in_rbp, by_rbp_saved_late, by_aligned_stack, by_branch, by_jump, by_pushes,
    by_nothing_known;

#define FUNCTION(name, code)                                                                       \
    ".globl " #name "\n.hidden " #name "\n.type " #name ", @function\n" #name ":\n" code           \
    "ret\n.size " #name ", .-" #name "\n"

__asm__(".pushsection program, \"ax\", @progbits\n"
        /* a general register, for all that unwind information says */
        FUNCTION(by_something_else_in_rbp,
                 ".cfi_startproc\npush %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"
                 "movabs $0x123456789abcdef8, %rbp\ncall walk_on\n"
                 "pop %rbp\n.cfi_def_cfa_offset 8\n.cfi_restore %rbp\n") ".cfi_endproc\n" FUNCTION(by_rbp_saved_late, ".cfi_startproc\nsub $72, %rsp\n.cfi_def_cfa_offset 80\n"
                                                                                                                      "mov %rbp, 16(%rsp)\n.cfi_offset %rbp, -64\nlea 8(%rsp), %rbp\ncall walk_on\n"
                                                                                                                      "mov 16(%rsp), %rbp\n.cfi_restore %rbp\nadd $72, %rsp\n.cfi_def_cfa_offset 8\n") ".cfi_endproc\n" FUNCTION(by_aligned_stack,
                                                                                                                                                                                                                                 ".cfi_startproc\npush %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"
                                                                                                                                                                                                                                 "mov %rsp, %rbp\n.cfi_def_cfa_register %rbp\nand $-256, %rsp\nsub $64, %rsp\n"
                                                                                                                                                                                                                                 "call walk_on\nleave\n.cfi_def_cfa %rsp, 8\n") ".cfi_endproc\n" FUNCTION(by_branch,
                                                                                                                                                                                                                                                                                                          ".cfi_startproc\npush %rbx\n.cfi_adjust_cfa_offset 8\n.cfi_offset %rbx, -16\n"
                                                                                                                                                                                                                                                                                                          "testb $64, 1(%rdi)\nje 1f\n.cfi_remember_state\n"
                                                                                                                                                                                                                                                                                                          "sub $32, %rsp\n.cfi_adjust_cfa_offset 32\ncall walk_on\n"
                                                                                                                                                                                                                                                                                                          "add $32, %rsp\n.cfi_adjust_cfa_offset -32\npop %rbx\n.cfi_adjust_cfa_offset -8\n"
                                                                                                                                                                                                                                                                                                          "ret\n.cfi_restore_state\n"
                                                                                                                                                                                                                                                                                                          "1: call walk_on\npop %rbx\n.cfi_adjust_cfa_offset -8\n") ".cfi_endproc\n" FUNCTION(by_pushes,
                                                                                                                                                                                                                                                                                                                                                                                              ".cfi_startproc\nsub $8, %rsp\n.cfi_adjust_cfa_offset 8\n"
                                                                                                                                                                                                                                                                                                                                                                                              "push $1\n.cfi_adjust_cfa_offset 8\npush $2\n.cfi_adjust_cfa_offset 8\n"
                                                                                                                                                                                                                                                                                                                                                                                              ".cfi_escape 0x2e, 16\ncall walk_on\nadd $24, %rsp\n"
                                                                                                                                                                                                                                                                                                                                                                                              ".cfi_adjust_cfa_offset -24\n") ".cfi_endproc\n" FUNCTION(by_jump,
                                                                                                                                                                                                                                                                                                                                                                                                                                                        ".cfi_startproc\njmp walk_on\n") ".cfi_endproc\n" FUNCTION(by_nothing_known,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "sub $8, %rsp\ncall walk_on\nadd $8, %rsp\n") ".popsection\n");

#else /* the suite is disabled there */

#define by_something_else_in_rbp by_small_frame
#define by_rbp_saved_late by_small_frame
#define by_aligned_stack by_small_frame
#define by_branch by_small_frame
#define by_jump by_small_frame
#define by_pushes by_small_frame
#define by_nothing_known by_small_frame

#endif

/* The odd ones come last. */
static way *const ways[ALL_WAYS] = {
    by_small_frame, by_large_frame,    by_frame_that_varies, by_frame_pointer,
    by_recursion,   by_libc,           by_unwinder_at_work,  by_something_else_in_rbp,
    by_branch,      by_rbp_saved_late, by_aligned_stack,     by_pushes,
    by_jump,        by_signal,         by_aligned_frame,     by_nothing_known,
};

/* ---- trips ---- */

#define TRIPS 1000000
#define DIFFERENT 30000

struct work {
    unsigned long trips, odd, recalled, recalled_oddly;
    unsigned unload_after;
};

static PROGRAM void travel(void *argument)
{
    struct work *work = argument;

    for (unsigned long i = 0; i < work->trips; i++) {
        uint64_t number = (i * 0x9e3779b97f4a7c15u >> 20) % DIFFERENT;
        struct trip trip = {.random = number * 0x2545f4914f6cdd1du + 1};

        trip.oddly = number < work->odd;
        trip.recalled = trip.oddly ? &work->recalled_oddly : &work->recalled;
        trip.levels = draw(&trip, number % 64 == 0 ? 100 : 20);
        walk_on(&trip);
        NO_TAIL_CALL;
        if (work->unload_after && i % work->unload_after == 0)
            dlclose(dlopen("libBrokenLocale.so.1", RTLD_NOW));
    }
}

static void prepare(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};

    sigaction(SIGUSR1, &action, NULL);
}

static void expect_none_mistaken(void)
{
    cr_expect_eq(wrong, 0, "%lu", wrong);
    cr_expect_eq(recording->dropped[TLK_DROP_MISTAKEN], 0);
}

Test(walk, a_million_stacks_are_known_for_what_they_are)
{
    struct work work = {.trips = TRIPS};

    in_thread(travel, &work);
    expect_none_mistaken();
    cr_expect_gt(work.recalled, TRIPS - 2 * DIFFERENT, "%lu", work.recalled);
}

Test(walk, so_are_those_that_no_rule_leads_through)
{
    struct work work = {.trips = TRIPS / 4, .odd = DIFFERENT};

    prepare();
    in_thread(travel, &work);
    expect_none_mistaken();
    cr_expect_gt(work.recalled_oddly, 0);
}

static void *travel_in_thread(void *work)
{
    in_thread(travel, work);
    return NULL;
}

Test(walk, so_are_those_of_many_threads_while_libraries_are_unloaded)
{
    struct work works[3] = {{.trips = TRIPS / 4, .odd = DIFFERENT / 100, .unload_after = 20000},
                            {.trips = TRIPS / 4},
                            {.trips = TRIPS / 4, .odd = DIFFERENT / 100}};
    pthread_t threads[3];

    prepare();
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, travel_in_thread, &works[i]);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    expect_none_mistaken();
    for (int i = 0; i < 3; i++)
        cr_expect_gt(works[i].recalled, 0);
}
