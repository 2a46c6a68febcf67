/*
 * passages.h - a stack is put together: from each function to its caller, and by the way of those
 * whose last act was a call, which had no frame any more when the stack was taken.
 */
#ifndef TIMERLEAK_PROFILE_PASSAGES_H
#define TIMERLEAK_PROFILE_PASSAGES_H

#include "profile/model.h"

/* Indices of locations, leaf first. */
struct climb {
    uint32_t *locations;
    size_t depth, room;
};

/*
 * Adds the caller of what is there, below it the tail calls that lead from it to there; those not,
 * if the profile is plain.
 */
void climb_to(struct climb *climb, struct profile *profile, uint32_t location);

void passages_free(struct passages *passages);

#endif
