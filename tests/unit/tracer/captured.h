/*
 * captured.h - a stack of this process, as the kernel's side would tell of it.
 */
#ifndef TRACER_CAPTURED_H
#define TRACER_CAPTURED_H

#include "recording.h"
#include "trace/events.h"

#include <stddef.h>
#include <stdint.h>

struct captured {
    struct trace_registers registers;
    _Alignas(8) char stack[TRACE_STACK_LARGE];
    size_t size;
    uint64_t callers[TLK_MAX_DEPTH]; /* as libgcc finds them; the first is in captured_here() */
    int depth, interrupted;          /* of them by a signal */
};

/* From here on upward. */
void captured_here(struct captured *captured);

#endif
