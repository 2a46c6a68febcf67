/*
 * expiry.h - whether a timer has expired, worked out from its deadline and the clock it runs on,
 * the way the kernel does it.
 */
#ifndef TIMERLEAK_EXPIRY_H
#define TIMERLEAK_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

enum expired { EXPIRED_NO, EXPIRED_YES, EXPIRED_UNKNOWN };

/* Sets the deadline of a timer that is being armed: `value` ns from now, or on its clock. */
void expiry_set(struct tlk_timer *timer, uint64_t value, bool absolute);

/*
 * Whether the first expiration of the current arming that the program has not seen yet is over. The
 * coarse clock is read first, the precise one when that leaves it open.
 */
enum expired expiry_check(const struct tlk_timer *timer);

/* The same by the coarse clock alone. */
enum expired expiry_check_coarse(const struct tlk_timer *timer);

/* How often a periodic timer has expired since it was armed; 0 when unknown. */
uint64_t expiry_count(const struct tlk_timer *timer);

#endif
