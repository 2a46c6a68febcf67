/*
 * losses.h - what is not in a profile, and why: nothing is left out in silence.
 */
#ifndef TIMERLEAK_PROFILE_LOSSES_H
#define TIMERLEAK_PROFILE_LOSSES_H

#include "profile/profile.h"

struct loss {
    const char *key;        /* in JSON */
    const char *one, *many; /* what is missing */
    const char *which;      /* follows them */
    bool hides;             /* a leak may be among them */
};

#define LOSSES_KNOWN (TLK_DROP_EVENT + 1u)

/* What a reason of enum tlk_drop means; never NULL, also for one that only later versions know. */
const struct loss *loss_of(unsigned reason);

/* How often it happened, in all processes. */
uint64_t losses_count(const struct profile *profile, unsigned reason);

/* What a process lost among which a leak may be, records that were damaged too. */
uint64_t losses_hiding(const struct process *process);

/* Timers of a process that were left out as its user wished: see enum tlk_omission. */
uint64_t losses_omitted(const struct process *process);

/* Why a profile has no site: nothing was created, or nothing of that seen, or asked for. */
const char *losses_of_all(const struct profile *profile);

/* A module of which something was looked up in vain, so far. */
struct nameless {
    const struct module *module;
    const char *why;
    size_t addresses;
};

/* All of them, those with the most addresses first; the caller frees the list. */
size_t losses_nameless(const struct profile *profile, struct nameless **list);

/* Records that were damaged and left out, in all recordings. */
uint64_t losses_damaged(const struct profile *profile);

#endif
