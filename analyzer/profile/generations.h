/*
 * generations.h - what several recordings say about one timer of the kernel's: its descriptor goes
 * over fork to a child, and over exec to the next program of the process, and each of them has a
 * recording that shows it.
 *
 * First all recordings are noted, in any order, then it is settled (kinship.h) which of them a
 * timer counts in, and where it was made; then they are loaded, and ask.
 */
#ifndef TIMERLEAK_PROFILE_GENERATIONS_H
#define TIMERLEAK_PROFILE_GENERATIONS_H

#include "profile/profile.h"

enum fate {
    FATE_COUNTS,    /* here */
    FATE_ELSEWHERE, /* another recording has it, too, and there it counts */
    FATE_OVER,      /* it was handed on over exec, and the next program has released it */
};

/* A live timer of the kernel's, as one recording has it. */
struct holding {
    uint32_t generation; /* whose it is */
    uint32_t slot, turn; /* in the recording, and how often that was used before */
    uint32_t flags;      /* enum tlk_timer_flags */
    int clock;
    uint64_t id, created, family;
    struct trace *trace; /* where this recording has it */
    bool passed_on;      /* see state_passed_on() */
    uint32_t same;       /* another holding of the same timer, or this one: towards the first */

    enum fate fate;
    bool replaces;        /* the one that was created: it counts as created here */
    bool tells_passed_on; /* of all that have it so, the one that counts it */
    uint32_t maker;       /* holding; this one, where no other is known */
};

/* What one recording is of: a process, from its start or an exec to its end or the next one. */
struct generation {
    const char *path, *name;
    int pid, ppid;
    uint64_t session, start_ticks;
    uint64_t start, end; /* mono; UINT64_MAX: not yet */
    bool execed, forked;
    bool counts;             /* else it is there for the names alone of those who made timers */
    uint64_t watched;        /* families whose timers it has entered: bits */
    uint64_t handed;         /* families whose timers count in the next generation */
    size_t first, count;     /* of holdings; by their ids */
    uint32_t before;         /* the same process before its exec, GENERATION_NONE if unknown */
    struct process *process; /* once it is loaded */
};

#define GENERATION_NONE UINT32_MAX

struct generations {
    struct profile *profile;
    struct generation *list;
    size_t count, room;
    struct holding *holdings;
    size_t holding_count, holding_room;
    uint32_t *order; /* generations by session, pid and start */
    size_t next;     /* that will be asked about */
};

void generations_init(struct generations *generations, struct profile *profile);
void generations_free(struct generations *generations);

/* Notes a recording, unless it is noted already. What does not count may still say who made what.
 */
void generations_note(struct generations *generations, struct recording *recording, bool counts);

/* Whether any of its timers was another program's; else, alone, it has nothing to be told. */
bool generations_inherit(struct recording *recording);

/* The one that a recording is of, NULL if that was not noted. */
struct generation *generations_find(struct generations *generations,
                                    const struct recording *recording);

/* Its first one by that number, from that slot on; NULL if there is none. */
const struct holding *generations_by_id(const struct generations *generations,
                                        const struct generation *generation, uint64_t family,
                                        uint64_t id, uint32_t slot);

/* Of a live timer of it; NULL: nothing is known of that from elsewhere. */
const struct holding *generations_holding(const struct generations *generations,
                                          const struct generation *generation, uint32_t slot,
                                          const struct timer_record *timer);

/* Of a holding: the program that made it, if that is not the one that has it, else NULL. */
const char *generations_maker(const struct generations *generations, const struct holding *holding);

#endif
