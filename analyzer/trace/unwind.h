/*
 * unwind.h - from registers and a copy of the stack to the callers, by the call frame information
 * of the files (elfutils), as far as the copy reaches.
 */
#ifndef TIMERLEAK_TRACE_UNWIND_H
#define TIMERLEAK_TRACE_UNWIND_H

#include "recording.h"
#include "trace/events.h"
#include "trace/memory_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word that the unwinder looked at: struct trace_step is made of it. */
struct unwind_look {
    uint32_t offset; /* TRACE_STEP_BP, or of a word of the copy */
    bool relative;
    uint64_t word; /* the return address; or, where relative, less the stack pointer */
};

struct unwound {
    uint64_t callers[TLK_MAX_DEPTH]; /* return addresses, the leaf's own ip first */
    uint32_t depth;
    bool truncated; /* the copy, or the room here, ended before the stack did */
    /* All that led to these callers: an equal stack has the same words there. None if that can't be
     * told. */
    struct unwind_look looks[TRACE_STEPS_MOST];
    uint32_t look_count;
};

struct unwinder; /* of one process: its files, opened */

struct unwinder *unwinder_new(struct memory_map *map, pid_t pid);
void unwinder_free(struct unwinder *unwinder);

/* False: not even the leaf's caller could be told. */
bool unwind(struct unwinder *unwinder, const struct trace_registers *registers, const void *stack,
            size_t size, struct unwound *unwound);

/* The return address of the frame at `ip`, from the words at the stack pointer; 0: not told. */
uint64_t unwind_caller(struct unwinder *unwinder, const struct trace_registers *registers,
                       const uint64_t top[TRACE_TOP_WORDS]);

/*
 * The file that holds an address, and where in it: the virtual address that its symbols go by.
 * `module` is filled but for its path, which is given as far as this system knows it, else as the
 * process sees it; that is valid until the next call. False: no file holds it.
 */
bool unwinder_place(struct unwinder *unwinder, uint64_t address, struct tlk_module *module,
                    const char **path, uint64_t *vaddr);

/*
 * Whether the function that holds an address is only the way into the kernel: one of the C library,
 * or in a static program "timerfd_create", where its caller is who made the timer.
 */
bool unwinder_is_wrapper(struct unwinder *unwinder, uint64_t address, const char *function);

#endif
