/*
 * selected.h - all samples of a profile, before anything is filtered.
 */
#ifndef TIMERLEAK_PROFILE_SELECTED_H
#define TIMERLEAK_PROFILE_SELECTED_H

#include "profile/profile.h"

/* A sample of those that a view is of. */
struct selected {
    const struct sample *sample; /* NULL: only in the base */
    const struct sample *base;   /* whose values are taken off; NULL: none */
    int64_t value;               /* of the type that was asked for */
    uint32_t depth;              /* of its site's locations, so many are shown */
};

struct selected_list {
    struct selected *samples; /* the caller frees them */
    size_t count;
};

/* In the order of the sites, those of a base last. Sites that were dropped are left out. */
void selected_gather(struct selected_list *list, const struct profile *profile);

/* Of two that are alike, the base becomes what is taken off the other one. */
void selected_pair(struct selected_list *list, const struct profile *profile);

/* The labels of it, and its site. */
const struct sample *selected_sample(const struct selected *selected);

#endif
