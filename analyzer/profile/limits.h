/*
 * limits.h - what of its limits a process has used up, and when it will reach them.
 */
#ifndef TIMERLEAK_PROFILE_LIMITS_H
#define TIMERLEAK_PROFILE_LIMITS_H

#include "profile/model.h"

/* A resource of a process that live timers use up. */
struct limit {
    const char *name; /* what is limited, and whose it is */
    uint64_t used;    /* 0: unknown */
    uint64_t limit;   /* UINT64_MAX: none */
    double growth;    /* per second, 0: none */
    uint64_t reached; /* ns until the limit is reached; 0: never */
};

#define LIMITS 2
void limits_of_process(const struct process *process, struct limit limits[LIMITS]);

#endif
