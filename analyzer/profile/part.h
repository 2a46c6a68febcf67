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
    struct timer_record record;
    struct judgement judgement;
};

struct part {
    struct site *site;
    uint32_t number;   /* of its first record in the recording */
    bool alone;        /* that is its only one */
    const char *maker; /* the program that made those that came over exec; NULL: nobody knows */
    uint64_t peaks;    /* of its records */
    struct evidence evidence;
    struct counts counts;
    enum verdict verdict;
    /* Where more than its finding is needed: see paths.h. */
    bool wanted;
    struct site_record *record; /* of all its traces together */
    struct part_timer *few;     /* its live timers that are evidence */
    size_t few_count;
};

/* Adds the times and numbers of another record of a site. */
void record_merge(struct site_record *record, const struct site_record *other);

/* Keeps a record, or adds it to the one that is kept. */
void part_keep_record(struct part *part, const struct site_record *record);

/* Keeps one of those, if they are few. */
void part_keep_timer(struct part *part, const struct timer_record *timer,
                     const struct judgement *judgement);

void part_free(struct part *part);

#endif
