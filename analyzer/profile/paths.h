/*
 * paths.h - sites that tell too little each, judged together by a line that they share: a leak
 * through a wrapper that four hundred others call, once each, is a leak of the wrapper's.
 */
#ifndef TIMERLEAK_PROFILE_PATHS_H
#define TIMERLEAK_PROFILE_PATHS_H

#include "profile/part.h"

struct found_paths {
    struct found_path {
        struct site *site; /* that is shown for its paths */
        struct finding finding;
    } * list;
    size_t count, room;
};

/*
 * Of the parts of one recording, each judged alone, marks those of which more must be known before
 * paths_judge(): their records and timers. False if there are none.
 */
bool paths_want(struct part *parts, size_t count);

/* Finds those that leak together. The caller frees the list. */
void paths_judge(struct found_paths *found, struct profile *profile, struct part *parts,
                 size_t count);

#endif
