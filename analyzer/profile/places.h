/*
 * places.h - which frames of a location are shown, and which of them count as one: by function,
 * file, line or address, as pprof's granularity says.
 */
#ifndef TIMERLEAK_PROFILE_PLACES_H
#define TIMERLEAK_PROFILE_PLACES_H

#include "profile/patterns.h"

enum granularity {
    GRANULARITY_FUNCTIONS,
    GRANULARITY_FILEFUNCTIONS,
    GRANULARITY_FILES,
    GRANULARITY_LINES,
    GRANULARITY_ADDRESSES,
};

/* What the granularity leaves out is NULL or 0. */
struct place {
    const char *name;
    const char *shown; /* in place of the name: see naming.h */
    const char *file;
    const char *directory;       /* where the file was compiled, first of all; NULL: unknown */
    const char *label;           /* what is shown for it; interned, as the next */
    const char *whole;           /* the same with the name as it is, as exports have it */
    const struct module *module; /* where the file is all there is */
    uint64_t address;            /* module->bias and the address in the file */
    int line;
};

struct places {
    struct place *list;
    size_t count, room;
    struct index index;
    enum granularity granularity;
    const char *trim_path, *source_path; /* see path_trim(); NULL: none */
};

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
