/* Code that no module holds and that nothing tells an unwinder of: the stack goes on behind it. */
#include "stacks/bare.h"

#include "core/gate.h"
#include "core/machine.h"
#include "fixture.h"
#include "jit.h"
#include "stacks/stack.h"

#include <criterion/criterion.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

TestSuite(bare, .init = begin, .fini = end);

#define MOST 32

struct capture {
    struct jit_call calls[MOST + 2]; /* each calls the next one, the last one the hook */
    uint32_t count;                  /* of those before the last one */
    void *addresses[TLK_MAX_DEPTH + STACK_OWN_FRAMES];
    uint32_t depth, most;
    bool truncated;
};

static struct capture capture;

/* Stands for a hook. */
static __attribute__((noinline)) void take(void)
{
    cr_assert(stack_suffices());
    capture.depth = stack_capture(capture.addresses, capture.most, false, &capture.truncated);
}

/* The last, or one between others. */
static PROGRAM void known(struct jit_call *call)
{
    if (call->next)
        call->next->function(call->next);
    else
        take();
    NO_TAIL_CALL;
}

static PROGRAM void run(void *calls)
{
    known(calls);
    NO_TAIL_CALL;
}

/* From run() down; calls[0] is known(), too. */
static const struct capture *captured(const jit_function *functions, uint32_t count)
{
    capture.count = count;
    for (uint32_t i = 0; i <= count + 1; i++)
        capture.calls[i] = (struct jit_call){
            i == 0 || i > count ? known : functions[i - 1],
            i <= count ? &capture.calls[i + 1] : NULL,
        };
    in_thread(run, capture.calls);
    return &capture;
}

static bool lies_in(const void *address, jit_function function)
{
    uintptr_t start = (uintptr_t)function, at = (uintptr_t)address;

    return at > start && at < start + 64;
}

/* known(), the functions, then known() again, and what calls it. */
static void expect_whole(const jit_function *functions, uint32_t count)
{
    static struct capture rest;

    capture.most = TLK_MAX_DEPTH;
    rest = *captured(NULL, 0);
    captured(functions, count);
    cr_assert_eq(capture.depth, rest.depth + count, "%u frames, not %u", capture.depth,
                 rest.depth + count);
    for (uint32_t i = 0; i < count; i++)
        if (functions[i] != known)
            cr_expect(lies_in(capture.addresses[count - i], functions[i]));
    cr_expect_arr_eq(capture.addresses + count + 2, rest.addresses + 2,
                     (rest.depth - 2) * sizeof(void *));
}

#define WHOLE_SHAPES 3 /* the first ones */

static void expect_each_whole(void)
{
    jit_function functions[MOST - 1];

    for (int shape = 0; shape < WHOLE_SHAPES; shape++) {
        for (uint32_t i = 0; i < 10; i++)
            functions[i] = jit_make((enum jit_shape)shape);
        expect_whole(functions, 1);
        expect_whole(functions, 10);
    }
    for (uint32_t i = 0; i < MOST - 1; i++)
        functions[i] = i % 7 ? jit_make((enum jit_shape)(i * i % WHOLE_SHAPES)) : known;
    expect_whole(functions, MOST - 1);
}

Test(bare, the_stack_goes_on_behind_code_made_at_run_time)
{
    expect_each_whole();
}

Test(bare, it_does_so_with_libgcc_alone)
{
    gate->careful = 1;
    expect_each_whole();
}

/* No frame is made up, whatever the register leads to. */
static void expect_to_end_in(enum jit_shape shape)
{
    jit_function functions[] = {known, jit_make(shape), known, jit_make(JIT_FRAME_POINTER)};

    capture.most = TLK_MAX_DEPTH;
    captured(functions, 4);
    cr_expect_eq(capture.depth, 4);
    cr_expect(lies_in(capture.addresses[3], functions[1]));
}

Test(bare, a_frame_that_cannot_be_left_is_the_last)
{
    expect_to_end_in(JIT_LOST);
}

Test(bare, what_only_looks_like_a_frame_is_none)
{
    expect_to_end_in(JIT_MISLEADS);
}

Test(bare, a_stack_that_is_too_deep_is_cut)
{
    jit_function functions[20];

    for (int i = 0; i < 20; i++)
        functions[i] = jit_make(JIT_FRAME_POINTER);
    capture.most = 9;
    captured(functions, 20);
    cr_expect_eq(capture.depth, 9);
    cr_expect(capture.truncated);
}

static sigjmp_buf before_the_fault;

static void on_fault(int number)
{
    (void)number;
    take();
    siglongjmp(before_the_fault, 1);
}

static PROGRAM void go_astray(void *nowhere)
{
    struct jit_call call = {(jit_function)(uintptr_t)nowhere, NULL};

    if (!sigsetjmp(before_the_fault, 1))
        call.function(&call);
    NO_TAIL_CALL;
}

/* What handles a program's crash may well set a timer. */
Test(bare, what_is_nowhere_is_the_last_frame_and_is_not_read)
{
    void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {.sa_handler = on_fault};

    sigaction(SIGSEGV, &action, NULL);
    capture.most = TLK_MAX_DEPTH;
    in_thread(go_astray, nowhere);
    cr_assert_gt(capture.depth, 0);
    cr_expect_eq(capture.addresses[capture.depth - 1], nowhere);
}
