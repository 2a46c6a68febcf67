/*
 * evidence.h - what one recording says about one site, gathered timer by timer.
 *
 * All times are CLOCK_MONOTONIC of the process, ns.
 */
#ifndef TIMERLEAK_PROFILE_EVIDENCE_H
#define TIMERLEAK_PROFILE_EVIDENCE_H

#include "profile/states.h"
#include "recording/records.h"

#define SLICES 32

/*
 * A process's run, and what was watched of it: what was created before is followed to its end also
 * while the process is asleep, but what is created meanwhile is not seen.
 */
struct run {
    uint64_t start, as_of; /* of the process */
    uint64_t from, until;  /* creations were seen without a gap; before that, perhaps */
    uint64_t slop;   /* releases are timed by a coarse clock: lifetimes may be that much longer */
    uint64_t one_in; /* of so many timers one was recorded, at random */
};

/* `count` lived for `from` ns or longer, so that these parts of them may live on: see below. */
struct tail {
    uint64_t from;
    double count, part, change;
};

/*
 * A timer twice as old as any that was ever released here is no straggler: were lifetimes to grow
 * that much by chance, some released one would have shown it.
 */
#define OVERSTAY_FACTOR 2

struct evidence {
    uint64_t family;
    struct run run;
    uint64_t created, released;
    uint64_t first_created, last_created, last_released; /* 0: never */
    uint64_t longest_life;                               /* of a released timer */
    uint64_t expected_life; /* the same, of those that were not recorded too */
    uint64_t failed;        /* creations here, for want of something */
    uint64_t most;          /* such objects that there may be, as far as that is known */
    bool most_met;          /* creations failed because there were as many, here or elsewhere */
    double shrinking;       /* by so many a second their number falls; 0 unless some are left */
    unsigned steps;         /* by which the number of live ones rose, never to fall below again */
    struct tail tail;       /* of the lifetimes of those released */
    uint64_t last_activity; /* when the process last made or released any timer */

    /* Live timers that were created here. Inherited ones say nothing about this site. */
    uint64_t live;
    uint64_t inherited;
    uint64_t overwritten;                    /* in memory that was freed or reused */
    uint64_t oldest_of_all, youngest_of_all; /* creation times */

    /* Of the live: set anew, stopped or asked again and again, and lately. The rest are suspects.
     */
    uint64_t used;
    uint64_t suspects;
    uint64_t waiting;           /* one-shot, and not due yet */
    uint64_t wait;              /* ns, how long these wait in all */
    uint64_t left_behind;       /* of these: nobody waits for them, and nobody can stop them */
    uint64_t resting;           /* fired or stopped */
    uint64_t abandoned;         /* fired or stopped, and then left alone */
    uint64_t forgotten;         /* set anew again and again, and for long no more */
    uint64_t oldest, youngest;  /* creation times */
    uint64_t outlived;          /* older than any that was released */
    uint64_t overstayed;        /* so much older that they will hardly be released */
    uint64_t overstayed_lately; /* of these, made or touched as lately as those in use were */
    uint64_t oldest_overstayed, youngest_overstayed; /* creation times */
    uint64_t overstayed_states[TIMER_STATES];
    uint32_t survivors[SLICES]; /* by slice of [first, last_created] */
};

/* How many of all that were made may live for longer than that, by the lifetimes of the others. */
double tail_beyond(const struct tail *tail, uint64_t age);

/* How long nothing happened since then, as far as anybody would have seen it. */
uint64_t run_watched_since(const struct run *run, uint64_t time);

/* Starts from a site's own record. */
void evidence_begin(struct evidence *evidence, const struct site_record *site,
                    const struct run *run);

/* Adds a live timer of the site. */
void evidence_add(struct evidence *evidence, const struct timer_record *timer,
                  const struct judgement *judgement);

/* Adds one that is over: where at rest it holds nothing, it lived until it came to rest. */
void evidence_add_over(struct evidence *evidence, const struct judgement *judgement);

#endif
