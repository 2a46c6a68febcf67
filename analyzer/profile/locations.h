/*
 * locations.h - the places that stacks are made of, each kept once and looked up once.
 */
#ifndef TIMERLEAK_PROFILE_LOCATIONS_H
#define TIMERLEAK_PROFILE_LOCATIONS_H

#include "profile/model.h"

/* The index of a location, which is made if need be. The function's name is interned. */
uint32_t location_of(struct locations *locations, uint32_t module, uint64_t address,
                     const char *function);

/*
 * The frames of a location, always one at least: the innermost inlined function first, the real
 * one last. Names and files are interned in the profile's strings: equal ones have one address.
 */
const struct stack_frame *location_frames(struct profile *profile, uint32_t location,
                                          size_t *count);

void locations_free(struct locations *locations);

#endif
