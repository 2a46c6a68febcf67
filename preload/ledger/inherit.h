/*
 * inherit.h - descriptors outlive fork and, unless they are close-on-exec, exec; so do their
 * timers. Fork passes on those too that a library keeps in its memory (family_in_memory()).
 */
#ifndef TIMERLEAK_INHERIT_H
#define TIMERLEAK_INHERIT_H

#include <stdint.h>

#include "ledger/ledger.h"

/*
 * Enters a timerfd that came from elsewhere: armed, and on the clock, as the kernel says, which is
 * asked by system calls. Without an answer, as for want of a descriptor, the clock is unknown.
 */
void inherit_descriptor(struct birth *birth);

/* Arms one as the program before had set it, which this one has not. */
void inherit_arming(struct timer_ref ref, const struct arming *arming);

/* At the start of a program: enters the timerfds that it already has. Makes system calls. */
void inherit_over_exec(void);

/* Memory for what fork passes on. */
void inherit_reserve(void);

/*
 * Before fork: remembers the live timers that the child will have, since the parent's go on
 * changing while the child reads them. In the child: their number, and laying them out in its own
 * recording.
 */
void inherit_remember(void);
uint32_t inherit_count(void);
void inherit_restore(void);

/* Gives back the memory for more than there can be; the slots' lock is held, as before fork. */
void inherit_shrink(void);

#endif
