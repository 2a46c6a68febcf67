/*
 * gate.h - whether this process is being recorded: the first thing that every hook looks at.
 *
 * The gate lies on a page of its own that the kernel wipes in a child (MADV_WIPEONFORK), whether
 * it came by fork(), _Fork() or a raw clone(): a child whose birth nobody told us of finds the gate
 * shut, and leaves its parent's recording alone.
 */
#ifndef TIMERLEAK_GATE_H
#define TIMERLEAK_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/thread.h"

enum gate_state {
    GATE_SHUT = 0, /* not recording: before the start, after the end, in an unknown child */
    GATE_OPEN = 1,
    GATE_WAITS = 2,  /* nothing has happened that is worth a recording: see process_wake() */
    GATE_WAKING = 3, /* one is being begun */
};

struct gate {
    uint32_t state;     /* enum gate_state */
    uint32_t sandboxed; /* seccomp is or will be on: no system call that the program didn't make */
    uint32_t careful;  /* unwind by libgcc only: libunwind's locks may be lost or its calls fatal */
    uint32_t families; /* those watched, a bit each */
};

extern struct gate *gate;

/* Puts the gate, shut, on a page of its own; false when the kernel can't provide one. */
bool gate_install(void);

/* In a process that has done nothing yet that is worth a recording. */
static inline bool gate_waits(void)
{
    return __atomic_load_n(&gate->state, __ATOMIC_RELAXED) == GATE_WAITS && !thread.vforked;
}

static inline bool gate_open(void)
{
    return __atomic_load_n(&gate->state, __ATOMIC_ACQUIRE) == GATE_OPEN && !thread.vforked;
}

#endif
