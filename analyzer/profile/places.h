/*
 * places.h - frames that count as one: by function, file, line or address, as pprof's
 * granularity says.
 */
#ifndef TIMERLEAK_PROFILE_PLACES_H
#define TIMERLEAK_PROFILE_PLACES_H

#include "profile/profile.h"

enum granularity {
    GRANULARITY_FUNCTIONS,
    GRANULARITY_FILEFUNCTIONS,
    GRANULARITY_FILES,
    GRANULARITY_LINES,
    GRANULARITY_ADDRESSES,
};

/* What the granularity leaves out is NULL or 0. */
struct place {
    const char *name;
    const char *file;
    const char *directory;       /* where the file was compiled, first of all; NULL: unknown */
    const char *label;           /* what pprof shows for it; interned */
    const struct module *module; /* where the file is all there is */
    uint64_t address;            /* module->bias and the address in the file */
    int line;
};

struct places {
    struct place *list;
    size_t count, room;
    struct index index;
    enum granularity granularity;
    const char *trim_path, *source_path; /* see path_trim(); NULL: none */
};

/* The number of a frame's place, which is made if need be. */
uint32_t place_of(struct places *places, struct profile *profile, const struct stack_frame *frame);

void places_free(struct places *places);

#endif
