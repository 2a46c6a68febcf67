/*
 * history.h - how many timers of a site were live, over the run.
 *
 * Time counts from the start of each process: of several, what they had at the same age is added
 * up, and one that ended keeps what it had at its end. So a series ends with what is live, and
 * sums of highs are an upper bound.
 */
#ifndef TIMERLEAK_PROFILE_HISTORY_H
#define TIMERLEAK_PROFILE_HISTORY_H

#include "profile/model.h"

/* The lowest and the highest number live within one span of time. */
struct history_point {
    uint64_t low, high;
};

/* The spans of a record: see struct site_record. */
struct history_series {
    uint64_t start;
    uint32_t shift, used;
    uint32_t live; /* after the last span */
    const struct tlk_span *spans;
};

struct history_series history_series(const struct site_record *record);

/* Where span `index` begins, UINT64_MAX if that is beyond all times. */
uint64_t history_span(const struct history_series *series, uint32_t index);

/* What was live within [from, to), of which `*next` is the first span that may be met. */
struct history_point history_between(const struct history_series *series, uint64_t from,
                                     uint64_t to, uint32_t *next);

/* Keeps what a recording tells of a site; only where profile->keep_histories is set. */
void history_keep(struct site *site, const struct site_record *record,
                  const struct process *process);
void history_free(struct site *site);

/* ns: how long the longest of all processes ran, those of a base left out. */
uint64_t history_duration(const struct profile *profile);

/*
 * Point I covers [I, I + 1) * duration / count ns. Recordings hold up to 64 spans of each site:
 * more points tell no more. All 0 if no history was kept.
 */
void history_of(const struct profile *profile, const struct site *site, size_t count,
                struct history_point *points);

#endif
