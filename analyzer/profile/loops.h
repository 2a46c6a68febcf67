/*
 * loops.h - timers of the kernel that an event loop made for itself, to be woken by: one for each
 * loop, or clock of it, as long as that lives. Where such pile up it is loops that leak.
 */
#ifndef TIMERLEAK_PROFILE_LOOPS_H
#define TIMERLEAK_PROFILE_LOOPS_H

#include "profile/foreign.h"
#include "profile/model.h"

/*
 * How many frames behind the wrapped function lie in the library whose loop made such a timer: who
 * made the loop comes next. 0: nobody's loop did.
 */
size_t loop_frames(const struct stack_frame *stack, size_t depth, uint64_t family);

/* That library; NULL: the site's timers are no loop's. */
const struct foreign *loop_of(struct profile *profile, struct site *site);

#endif
