/*
 * thread.h - what the shim keeps per thread: one small initial-exec block, so that no access
 * ever allocates.
 *
 * The ledger brackets its work on the tables with section_enter() and section_exit(). A signal
 * handler may interrupt a section and call a hook of its own; it then finds the section
 * taken and must not wait for locks that its own thread holds: a release is put off until the
 * section ends, a create is dropped and counted.
 */
#ifndef TIMERLEAK_THREAD_H
#define TIMERLEAK_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define THREAD_PENDING 6

struct thread {
    uintptr_t section;   /* frame of the function in a section, 0 when there is none */
    uintptr_t stack_low; /* bounds of the thread's own stack, 0 until looked up */
    uintptr_t stack_high;
    uint32_t vforked;   /* in the child of vfork, which borrows this block: see vfork.S */
    uint32_t capturing; /* libunwind is at work for the shim */
    char libunwind_tls[32] __attribute__((aligned(16)));
    uintptr_t section_return; /* the return address in that frame */
    uint32_t lane;            /* of free slots, less one; 0: none yet */
    uint32_t ignoring;        /* blocks, one in the other, whose timers are not entered */
    uint32_t random;          /* see admission.c; 0: not drawn yet */
    uintptr_t outermost; /* frame of the outermost hook of an object that guards its own; 0: none */
    uintptr_t outermost_return;
    uint32_t recalled; /* stacks, without unwinding them: see recall.c */
    uint32_t pending_count;
    struct {
        uint32_t slot, generation;
    } pending[THREAD_PENDING];
};

extern __thread struct thread thread __attribute__((tls_model("initial-exec")));

/*
 * In the main thread, before all else: where its stack lies, and where the C library keeps a
 * thread's number. Makes system calls.
 */
void thread_start(void);

/* The kernel's number of this thread, without asking it; 0: unknown. Async-signal-safe. */
uint32_t thread_id(void);

/* Sets the bounds of this thread's stack. Async-signal-safe. */
void thread_find_stack(void);

/*
 * Around system calls of the shim's own: a thread that is to be cancelled would end in one of them,
 * in the middle of a call of the program's that is no such point. Async-signal-safe in glibc.
 */
static inline int cancel_hold_off(void)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

static inline void cancel_let(int before)
{
    pthread_setcancelstate(before, NULL);
}

#define SECTION_WITHOUT_FRAME UINTPTR_MAX

static inline bool on_own_stack(uintptr_t address)
{
    return address - thread.stack_low < thread.stack_high - thread.stack_low;
}

/*
 * Whether the function with that frame and return address is still at work, below `here`. If it was
 * left by siglongjmp() instead, the stack has shrunk past its frame since, or something else stands
 * in the place of the frame. A handler may run on a stack of its own, anywhere.
 */
static inline bool frame_goes_on(uintptr_t frame, uintptr_t return_address, uintptr_t here)
{
    if (!on_own_stack(frame))
        return !on_own_stack(here) && here < frame;
    if (on_own_stack(here) && here >= frame)
        return false;
    return ((const uintptr_t *)frame)[1] == return_address;
}

/* Whether the section that this thread is in goes on: we are in a handler that interrupted it. */
static inline bool section_goes_on(uintptr_t here)
{
    return thread.section == SECTION_WITHOUT_FRAME ||
           frame_goes_on(thread.section, thread.section_return, here);
}

/* False when this thread is inside a section already. Async-signal-safe. */
static inline bool section_enter(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    if (__builtin_expect(!thread.stack_high, 0))
        thread_find_stack();
    if (__builtin_expect(thread.section != 0, 0) && section_goes_on(here))
        return false;
    thread.section_return = ((const uintptr_t *)here)[1];
    thread.section = here;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

/* For a section that outlives the function that entered it. */
static inline void section_outlives_frame(void)
{
    thread.section = SECTION_WITHOUT_FRAME;
}

static inline void section_exit(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread.section = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* ---- calls within calls: see enter() in timerleak_ledger.h; `frame` is that of a hook ---- */

static inline bool outermost_goes_on(uintptr_t frame)
{
    if (__builtin_expect(!thread.stack_high, 0))
        thread_find_stack();
    return thread.outermost && frame_goes_on(thread.outermost, thread.outermost_return, frame);
}

static inline void outermost_begin(uintptr_t frame)
{
    thread.outermost = frame;
    thread.outermost_return = ((const uintptr_t *)frame)[1];
}

static inline void outermost_end(void)
{
    thread.outermost = 0;
}

#endif
