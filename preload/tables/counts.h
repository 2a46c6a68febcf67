/*
 * counts.h - what is counted at a site: creations, releases, failures, lifetimes, and how many
 * timers were live over time.
 */
#ifndef TIMERLEAK_COUNTS_H
#define TIMERLEAK_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

/* What became of a timer, in the end. */
struct outcome {
    uint64_t lifetime; /* ns */
    uint64_t armed, fired, stopped, fired_unknown;
};

/*
 * Count one timer in and out, and a creation that failed; `now` is CLOCK_MONOTONIC. Within a
 * section. False: lock not had, or no room for failures, which is counted as dropped there.
 */
bool sites_count_created(uint32_t site, uint64_t now, bool inherited);
bool sites_count_released(uint32_t site, uint64_t now, const struct outcome *outcome);
bool sites_count_failed(uint32_t site, uint64_t now, enum tlk_failure failure);

/* Whether no timer was made or inherited at any, nor failed to be made. */
bool sites_are_unused(void);

/* In a forked child: all counts begin anew, and no site's lock is held. */
void sites_reset(void);

#endif
