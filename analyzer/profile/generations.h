/*
 * generations.h - what several recordings say about one timer of the kernel's: its descriptor goes
 * over fork to a child, and over exec to the next program of the process, and each of them has a
 * recording that shows it.
 *
 * First all recordings are noted, in any order, and who came before whom is found (kinship.h); if
 * any has inherited timers, those that may be the same are noted, in a second look; then it is
 * settled which recording each of them counts in, and where it was made; then they are loaded, and
 * ask. What is kept of timers are those that were handed on, and not those that stayed where they
 * were made, which are by far the most.
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
    bool inherits;           /* live timers */
    bool asked;              /* for those that another one inherited over exec */
    uint64_t watched;        /* families whose timers it has entered: bits */
    uint64_t handed;         /* families whose timers count in the next generation */
    size_t first, count;     /* of holdings; by their ids */
    uint32_t before;         /* the same process before its exec, GENERATION_NONE if unknown */
    struct process *process; /* once it is loaded */
};

#define GENERATION_NONE UINT32_MAX

/* Where a child's copy of a timer has its original. */
struct origin {
    uint64_t session, created, family;
    uint32_t slot, turn;
};

struct generations {
    struct profile *profile;
    struct generation *list;
    size_t count, room;
    struct origin *origins; /* of all copies */
    size_t origin_count, origin_room;
    struct index origin_index;
    struct holding *holdings;
    size_t holding_count, holding_room;
    uint32_t *order; /* generations by session, pid and start */
    size_t next;     /* that will be asked about */
};

void generations_init(struct generations *generations, struct profile *profile);
void generations_free(struct generations *generations);

/*
 * Notes a recording, unless it is noted already: whose it is, and whether it inherited timers. Of
 * one that does not count, which may still say who made what, all timers are noted, too.
 */
void generations_note(struct generations *generations, struct recording *recording, bool counts);

/* Whether any timer of those that were noted may be in another recording: then, see below. */
bool generations_share(const struct generations *generations);

/* Notes those timers of a recording, once it is known who came before whom. */
void generations_note_timers(struct generations *generations, struct recording *recording);

/* The one that a recording is of, NULL if that was not noted. */
struct generation *generations_find(struct generations *generations,
                                    const struct recording *recording);

/* Its first one by that number, from that slot on; NULL if there is none. */
const struct holding *generations_by_id(const struct generations *generations,
                                        const struct generation *generation, uint64_t family,
                                        uint64_t id, uint32_t slot);

/* Of a live timer of it; NULL: no other recording has that. */
const struct holding *generations_holding(const struct generations *generations,
                                          const struct generation *generation, uint32_t slot,
                                          const struct timer_record *timer);

/* Whether what becomes of such timers is the next program's matter. */
bool generation_hands_on(const struct generation *generation, uint64_t family);

/* Of a holding: the program that made it, if that is not the one that has it, else NULL. */
const char *generations_maker(const struct generations *generations, const struct holding *holding);

#endif
