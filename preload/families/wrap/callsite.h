/*
 * callsite.h - by what kind of instruction a hook was called. Where a return address lies does not
 * tell who called: a callback of the program's may end in a tail call, and then it is the library
 * to which the hook returns. But a library calls back through a pointer, and its own functions by
 * name.
 */
#ifndef WRAP_CALLSITE_H
#define WRAP_CALLSITE_H

#include <stdbool.h>
#include <stdint.h>

struct callsite_range {
    uintptr_t start, size;
};

static inline bool callsite_within(struct callsite_range range, uintptr_t address)
{
    return address - range.start < range.size;
}

enum callsite {
    CALLSITE_POINTER, /* where it leads is taken from somewhere, as of a callback */
    CALLSITE_NAME,    /* it goes by a linkage table or an offset of the module's to the target */
    CALLSITE_FIXED,   /* always to the same place, which may have gone on from there by a jump */
};

/* Of the call that returns to `caller`, an address in `module`. */
enum callsite callsite_of(const void *caller, struct callsite_range module,
                          struct callsite_range target);

#endif
