/*
 * part.h - what one recording says about one site, before it is merged with what others say.
 */
#ifndef TIMERLEAK_PROFILE_PART_H
#define TIMERLEAK_PROFILE_PART_H

#include "profile/evidence.h"
#include "profile/model.h"

/* With more live ones than this a site tells enough by itself. */
#define FEW_TIMERS 16

struct part_timer {
    struct tlk_timer record;
    struct judgement judgement;
};

struct part {
    struct site *site;
    bool begun;
    struct tlk_site record; /* of all its traces together, once begun: see part_merge() */
    struct evidence evidence;
    struct counts counts;
    struct finding finding;
    struct part_timer *few; /* its live timers, unless they are more than a few */
    size_t few_count, few_room;
};

/* Adds the times and numbers of another record of a site. */
void part_merge(struct tlk_site *record, const struct tlk_site *other);

/* Keeps a timer, if they are few. */
void part_keep(struct part *part, const struct tlk_timer *timer, const struct judgement *judgement);

#endif
