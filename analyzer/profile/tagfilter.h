/*
 * tagfilter.h - chooses samples by their labels: tagfocus and tagignore.
 *
 * "leak", "state=never-fired", "family:timerfd,clock:mono": expressions, between commas; with a
 * key, one must match a label of that key; without, each must match some "key:value".
 * "age=10s:", "interval=:5ms", "timeout=1s:2s", "30s": numbers, within a range, ends included.
 */
#ifndef TIMERLEAK_PROFILE_TAGFILTER_H
#define TIMERLEAK_PROFILE_TAGFILTER_H

#include "base/errors.h"
#include "profile/patterns.h"
#include "profile/samples.h"

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
