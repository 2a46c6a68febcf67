/*
 * family.h - all that a family of timers needs. A family wraps the calls that make, set and end its
 * timers, and reports to the ledger what they did; it knows nothing below that.
 *
 * A hook has three rules. Whatever it does around the real call, the program gets that call's
 * result and errno. While the gate is shut it is the real call and nothing else. And it holds no
 * lock and no section while the real call runs, for that may block, be cancelled or be left by
 * siglongjmp().
 */
#ifndef TIMERLEAK_FAMILY_H
#define TIMERLEAK_FAMILY_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/gate.h"
#include "core/real.h"
#include "ledger/ledger.h"
#include "life/process.h"
#include "tables/families.h"

/* The call that a hook is: for use in the hook itself, not below it. */
#define CALL(name, of_family)                                                                      \
    ((struct call){.function = (name),                                                             \
                   .family = (of_family),                                                          \
                   .frame = __builtin_dwarf_cfa(),                                                 \
                   .caller = __builtin_return_address(0),                                          \
                   .rbp = *(void **)__builtin_frame_address(0)})

/* Whether a timer of this family that was just made is to be entered. */
static inline bool family_admits(uint32_t family)
{
    return (gate_open() || process_wake()) && family_watched(family);
}

#endif
