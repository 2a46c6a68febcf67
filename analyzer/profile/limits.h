/*
 * limits.h - the order in which sites are told, worst first, and what follows for limits.
 */
#ifndef TIMERLEAK_PROFILE_LIMITS_H
#define TIMERLEAK_PROFILE_LIMITS_H

#include "profile/profile.h"

/*
 * Sorts the sites: leaks first, then by number live; the order is the same on every run.
 */
void findings_sort(struct profile *profile);

/* How many sites have that verdict. */
size_t findings_count(const struct profile *profile, enum verdict verdict);

/* The state that most of its live timers are in. */
enum timer_state findings_state(const struct site *site);

/* A resource of a process that live timers use up. */
struct limit {
    const char *name; /* what is limited, and whose it is */
    uint64_t used;    /* 0: unknown */
    uint64_t limit;   /* UINT64_MAX: none */
    double growth;    /* per second, 0: none */
    uint64_t reached; /* ns until the limit is reached; 0: never */
};

#define LIMITS 2
void findings_limits(const struct process *process, struct limit limits[LIMITS]);

#endif
