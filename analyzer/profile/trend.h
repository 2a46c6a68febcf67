/*
 * trend.h - how sites move while their process runs: what each look at a recording finds beside
 * the look before it and the first.
 */
#ifndef TIMERLEAK_PROFILE_TREND_H
#define TIMERLEAK_PROFILE_TREND_H

#include "profile/profile.h"

/* Of a site, or of all together. */
struct movement {
    int64_t change;           /* of the live count, since the look before; 0 at the first */
    int64_t growth;           /* of the live count, since the first look */
    double created, released; /* per second, since the look before; 0 at the first */
};

struct moving {
    struct site *site; /* of the profile that was looked at last */
    struct movement movement;
};

enum progress_order {
    PROGRESS_GROWTH, /* then by change, then the worst first, as the next are */
    PROGRESS_CHANGE,
    PROGRESS_LIVE,
    PROGRESS_CREATED,
    PROGRESS_ORDERS
};

struct progress;

struct progress *progress_new(void);
void progress_free(struct progress *progress);

/*
 * Takes a look. Of one profile throughout, renewed between looks: its locations tell which site is
 * which. The profile is sorted; its sites are the progress's until it is renewed.
 */
void progress_look(struct progress *progress, const struct profile *profile);

/* How many looks there were. */
size_t progress_looks(const struct progress *progress);

/* The sites of the last look, in the order last asked for; valid until the next look. */
const struct moving *progress_sites(const struct progress *progress, size_t *count);
const struct movement *progress_total(const struct progress *progress);

void progress_sort(struct progress *progress, enum progress_order order);

/* "growth": what the sites are sorted by. */
const char *progress_order_name(enum progress_order order);

#endif
