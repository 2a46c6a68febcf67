/*
 * samples.h - the values that a site has in a profile, under pprof's "sample types".
 */
#ifndef TIMERLEAK_PROFILE_SAMPLES_H
#define TIMERLEAK_PROFILE_SAMPLES_H

#include "profile/profile.h"

struct sample_type {
    const char *name;
    const char *unit; /* "count" or "nanoseconds" */
    size_t field;     /* in struct counts */
};

/* The type of that name, the first ("live") for NULL; NULL if there is none such. */
const struct sample_type *sample_find(const char *name);

/* The types in their order, NULL beyond the last. */
const struct sample_type *sample_at(size_t index);

uint64_t sample_value(const struct counts *counts, const struct sample_type *type);

#endif
