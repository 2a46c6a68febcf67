/*
 * states.h - what a live timer waits for, from its record and the time.
 */
#ifndef TIMERLEAK_PROFILE_STATES_H
#define TIMERLEAK_PROFILE_STATES_H

#include "recording/records.h"

#include <stdbool.h>
#include <stddef.h>

enum timer_state {
    NEVER_ARMED,    /* not armed since it was created */
    NEVER_FIRED,    /* armed, and has not fired since it was created */
    NEVER_STOPPED,  /* armed, and has fired, or may have: by a clock that is not known */
    NEVER_RELEASED, /* not armed: fired or disarmed, and never deleted or closed */
    TIMER_STATES
};

/* The moment that a recording speaks of: its end, or now. */
struct moment {
    uint64_t mono, real, boot;
    uint64_t resolution; /* of coarse clocks, ns */
    uint64_t start;      /* mono, of the process */
};

struct judgement {
    enum timer_state state;
    bool over;          /* it holds nothing any more, and counts as fired and released */
    uint64_t fired;     /* seen, and derived from deadline and interval */
    bool fired_unknown; /* whether this arming has fired, or how often, can't be told */
    uint64_t age;       /* ns */
    uint64_t idle;      /* ns since anybody set, stopped or asked it, and since it was done */
    bool armed;
    bool unread, inherited, received, overdue, far_future, overwritten, left_behind;
    bool passed_on; /* see state_passed_on(); whoever knows the process sets this and the next */
    bool shared;    /* counts in another recording that has it, too */
    bool due_known; /* armed, and its clock can be told */
    int64_t due;    /* ns until the first deadline of this arming, negative when that is past */
    int64_t next;   /* until it expires next; negative: since the expiration that waits to be read,
                       or to be told by its library */
};

void state_judge(const struct timer_record *timer, const struct moment *now,
                 struct judgement *judgement);

/* How long after its last arming it is due for the first time; 0: unknown, or not armed. */
uint64_t state_timeout(const struct timer_record *timer, const struct moment *now);

/* Bytes that it keeps alive, where the program said so. */
uint64_t timer_retained(const struct timer_record *timer);

/*
 * It came over exec, and the program that has it now neither set, stopped, asked nor read it. What
 * a forked process has of its parent is its own matter.
 */
bool state_passed_on(const struct timer_record *timer, bool forked);

/* "never-fired" */
const char *state_name(enum timer_state state);

/* As the family's library has it: of libuv, "never-closed" is what is never-released. */
const char *state_word(enum timer_state state, uint64_t family);

/* What one or the other means; TIMER_STATES: neither. */
enum timer_state state_named(const char *word, size_t length);

#endif
