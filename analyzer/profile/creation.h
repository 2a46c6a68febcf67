/*
 * creation.h - how the live timers of a site came to be made: at once, or one after the other
 * through the whole run, and whether that goes on.
 */
#ifndef TIMERLEAK_PROFILE_CREATION_H
#define TIMERLEAK_PROFILE_CREATION_H

#include "profile/evidence.h"

/* Fewer live timers show no trend. */
#define FEWEST_RISING 4
/* In a short run a program may have made as many for its own use: its workers, its queues. */
#define FEWEST_IN_BURST 16
/* ns: what was made in less may have been held up by a busy machine for most of it. */
#define SHORT_CREATION UINT64_C(1000000000)

/* ns, from the first to the last that was made, live or not. */
uint64_t creation_span(const struct evidence *e);

/* Too short for lifetimes to be measured, and for its quarters to be alike. */
bool creation_is_instant(const struct evidence *e);

/*
 * Whether the live ones were made throughout, at a pace that does not abate: pauses in which a busy
 * machine may have held it up do not count, or any do.
 */
bool creation_is_steady(const struct evidence *e);
bool creation_is_steady_with_pauses(const struct evidence *e);

/* How many live ones were made in the first half, 0 unless in both quarters of it. */
uint64_t creation_of_first_half(const struct evidence *e);

/*
 * Creation went on to the end, unless a pause followed that is as long as all of it, or longer than
 * its own pace explains. In a short run the end of the program is pause enough to mean nothing; but
 * had it turned to other timers, it was done with these.
 */
bool creation_goes_on(const struct evidence *e);

/* And has not paused for long enough to be doubted. */
bool creation_goes_on_now(const struct evidence *e);

#endif
