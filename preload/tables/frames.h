/*
 * frames.h - the frames of a recording: each is entered once, whatever stacks it is in, and goes by
 * its number. And which one the return addresses met of late mean, without asking for modules.
 */
#ifndef TIMERLEAK_FRAMES_H
#define TIMERLEAK_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Reserves memory for as many as the recording can come to hold. */
bool frames_start(void);

/*
 * The numbers of the frames of these return addresses; false when one of them is not remembered.
 * Needs no lock.
 */
bool frames_recall(void *const *addresses, uint32_t *numbers, uint32_t count);

/* With the catalog lock held: */

/* The numbers of frames, which are entered where they are new; false when there is no room. */
bool frames_enter(const uint64_t *frames, uint32_t *numbers, uint32_t count);

/* That is what these addresses mean while the epoch of modules is this one. */
void frames_remember(void *const *addresses, const uint32_t *numbers, uint32_t count,
                     uint32_t epoch);

/* Gives back memory that is free, but for some. */
void frames_shrink(void);

#endif
