/*
 * tags.h - the labels of a sample as pprof has them: keys with words, or with numbers and units.
 */
#ifndef TIMERLEAK_PROFILE_TAGS_H
#define TIMERLEAK_PROFILE_TAGS_H

#include "profile/samples.h"

struct tag {
    const char *key;
    const char *text; /* NULL: it is numeric */
    uint64_t number;
    const char *unit; /* of the number */
};

/* family, state, clock, verdict; timeout, interval, age. */
#define TAGS_MOST 8

/*
 * Those that the sample has: words first, then numbers, each with the shortest key first. Texts are
 * constant. Returns how many.
 */
size_t sample_tags(const struct sample *sample, struct tag tags[TAGS_MOST]);

/* Of a CLOCK_*: "monotonic", "process-cpu"; "?" for one that has no name. */
const char *clock_name(int clock);

#endif
