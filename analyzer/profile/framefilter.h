/*
 * framefilter.h - which frames of a location are shown, and what filters say about it.
 */
#ifndef TIMERLEAK_PROFILE_FRAMEFILTER_H
#define TIMERLEAK_PROFILE_FRAMEFILTER_H

#include "profile/patterns.h"
#include "profile/places.h"

/* What filters say about a location; worked out when it is asked for first. */
struct view_of_location {
    uint32_t first, count; /* places[first...]; none: hidden */
    bool known;
    bool focused, ignored;
    bool from; /* show_from matches here */
};

/* Whether a filter matched anywhere: else the user is told. */
struct filter_matches {
    bool focus, ignore, hide, show, show_from;
};

struct frame_filter {
    struct profile *profile;
    struct pattern focus, ignore, show, hide, show_from;
    bool noinlines;
    struct places places;
    struct view_of_location *locations; /* by index of the profile's locations */
    uint32_t *shown;                    /* numbers of places, location after location */
    size_t shown_count, shown_room;
    struct filter_matches matches;
};

/* Valid until the next call. */
const struct view_of_location *frame_filter_look(struct frame_filter *filter, uint32_t location);

void frame_filter_free(struct frame_filter *filter);

#endif
