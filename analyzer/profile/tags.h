/*
 * tags.h - the labels of a sample as pprof has them: keys with words, or with numbers and units.
 * And the choice of samples by them: tagfocus and tagignore.
 *
 * "leak", "state=never-fired", "family:timerfd,clock:mono": expressions, between commas; with a
 * key, one must match a label of that key; without, each must match some "key:value".
 * "age=10s:", "interval=:5ms", "timeout=1s:2s", "30s": numbers, within a range, ends included.
 */
#ifndef TIMERLEAK_PROFILE_TAGS_H
#define TIMERLEAK_PROFILE_TAGS_H

#include "base/errors.h"
#include "profile/patterns.h"
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

struct tagfilter;

/*
 * False, with the error in words, if the text can't be understood. Sets `filter` to NULL if the
 * text is NULL or "".
 */
bool tagfilter_make(struct tagfilter **filter, const char *origin, const char *text,
                    char error[ERROR_SIZE]);
void tagfilter_free(struct tagfilter *filter);

/* Whether its text is a range: pprof tells that it took it so. */
bool tagfilter_is_range(const struct tagfilter *filter);

bool tagfilter_matches(const struct tagfilter *filter, const struct sample *sample);

#endif
