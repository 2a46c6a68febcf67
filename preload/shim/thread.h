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

#include <stdbool.h>
#include <stdint.h>

#define THREAD_PENDING 6

struct thread {
    uintptr_t section;   /* stack address of the section in progress, 0 when there is none */
    uintptr_t stack_low; /* bounds of the thread's own stack, 0 until looked up */
    uintptr_t stack_high;
    uint32_t vforked;   /* in the child of vfork, which borrows this block: see vfork.S */
    uint32_t capturing; /* libunwind is at work for the shim */
    char libunwind_tls[32] __attribute__((aligned(16)));
    uint32_t pending_count;
    struct {
        uint32_t slot, generation;
    } pending[THREAD_PENDING];
};

extern __thread struct thread thread __attribute__((tls_model("initial-exec")));

/* False when this thread is inside a section already. Async-signal-safe. */
static inline bool section_enter(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    /* A handler that left by siglongjmp() abandoned its section: the stack has shrunk past it. */
    if (thread.section != 0 && here <= thread.section)
        return false;
    thread.section = here;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

static inline void section_exit(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread.section = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
