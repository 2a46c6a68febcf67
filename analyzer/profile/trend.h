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

enum trend_order {
    TREND_GROWTH, /* then by change, then the worst first, as the next are */
    TREND_CHANGE,
    TREND_LIVE,
    TREND_CREATED,
    TREND_ORDERS
};

/* What one look found. */
struct tally {
    uint64_t live, created, released;
};

struct trend {
    size_t looks;         /* so far */
    struct moving *sites; /* of the last look, in the order last asked for */
    size_t count;
    struct movement total; /* of all sites together */
    /* To go by at the next look: */
    struct followed *followed; /* sites, as they were met */
    size_t followed_count, followed_room;
    struct index index; /* of those */
    uint64_t first_live;
    struct tally last;
    uint64_t time; /* mono */
};

struct trend *trend_new(void);
void trend_free(struct trend *trend);

/*
 * Takes a look. Of one profile throughout, renewed between looks: its locations tell which site is
 * which. The profile is sorted; its sites are the trend's until it is renewed.
 */
void trend_look(struct trend *trend, const struct profile *profile);

void trend_sort(struct trend *trend, enum trend_order order);

/* "growth": what the sites are sorted by. */
const char *trend_order_name(enum trend_order order);

#endif
