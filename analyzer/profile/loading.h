/*
 * loading.h - a recording while it is added to the profile: sites first (load_sites.c), then timers
 * (load_timers.c), then verdicts (profile_load.c).
 */
#ifndef TIMERLEAK_PROFILE_LOADING_H
#define TIMERLEAK_PROFILE_LOADING_H

#include "profile/callers.h"
#include "profile/generations.h"
#include "profile/part.h"
#include "recording/reader.h"

#define NO_RECORD UINT32_MAX /* of a part that has none in the recording */

/* What a recording says about one trace. */
struct record {
    struct trace *trace; /* NULL: not to be used */
    struct counts counts;
    uint32_t failed[TLK_FAILURES];
    struct sample live; /* what its live timers did, together */
};

struct loading {
    struct profile *profile;
    struct recording *recording;
    struct process *process;
    uint32_t *modules; /* of the recording, as indices of the profile's */
    struct loaded_modules loaded;
    uint64_t families[TLK_FAMILIES];     /* the same: see families.h */
    const struct generation *generation; /* NULL: nothing is known of others */
    struct record *records; /* by the numbers of the recording; then of traces of others */
    uint32_t site_count;    /* of the recording */
    size_t record_count, record_room;
    struct part *parts;
    size_t part_count, part_room;
    uint64_t last_activity; /* mono */
    uint64_t failed[TLK_FAILURES];
};

/* Begins all parts that the recording has. */
void loading_sites(struct loading *loading);

/* Reads the record of a site, of a family as the profile knows it; false if it tells nothing. */
bool loading_site(struct loading *loading, uint32_t number, struct site_record *site);

/* What the recording says about a site; part_begin() first. Valid until another one begins. */
struct part *part_of(struct loading *loading, const struct site *site);
void part_begin(struct loading *loading, struct site *site, uint32_t number);

/* The run that a site's timers are judged by. */
struct run run_of(const struct process *process, uint64_t family);

/* Enters all timers, then adds up what each site had. */
void loading_timers(struct loading *loading);

/* Keeps the timers of the parts that want theirs. */
void loading_wanted(struct loading *loading);

#endif
