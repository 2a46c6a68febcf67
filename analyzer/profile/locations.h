/*
 * locations.h - the places that stacks are made of, each kept once and looked up once.
 */
#ifndef TIMERLEAK_PROFILE_LOCATIONS_H
#define TIMERLEAK_PROFILE_LOCATIONS_H

#include "base/index.h"

#include <stddef.h>
#include <stdint.h>

struct profile;
struct stack_frame;

/* In place of a module's index: a wrapped function, which is known by its name alone. */
#define LOCATION_WRAPPED UINT32_MAX

struct location {
    uint32_t module;      /* index, 0: no module held the address; or LOCATION_WRAPPED */
    uint32_t count;       /* of frames; 0: not looked up yet, see location_frames() */
    uint64_t address;     /* of the call: the return address less one, in the module's file */
    const char *function; /* the wrapped one, else NULL */
    const struct stack_frame *frames;
};

struct locations {
    struct location *list;
    size_t count, room;
    struct index index;
};

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
