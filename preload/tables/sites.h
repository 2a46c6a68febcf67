/*
 * sites.h - the table of sites: one entry per creation stack of one wrapped function
 * and kind of timer.
 */
#ifndef TIMERLEAK_SITES_H
#define TIMERLEAK_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"

#define STACK_HEAD 2

/* A stack as captured. What makes it a site of its own begins at `head`. */
struct stack {
    const char *function; /* the wrapped function: a literal */
    const char *kind;     /* of these timers: a literal, or NULL */
    uint32_t family;
    uint32_t depth;
    bool truncated, unwound;
    uint64_t head[STACK_HEAD]; /* set by sites_find */
    void *addresses[];
};

/* Bytes that a struct stack of so many addresses takes: the running stack may be small. */
#define STACK_BYTES(addresses) (sizeof(struct stack) + (addresses) * sizeof(void *))

/* Reserves memory for as many sites as a recording of this size can hold. */
bool sites_start(size_t recording_size);

/*
 * The site of a stack, made when it is new. Call it within a section and with no lock held. 0,
 * which gathers what found no room, when the recording is full or a lock could not be had.
 */
uint32_t sites_find(struct stack *stack);

/* What became of a timer, in the end. */
struct outcome {
    uint64_t lifetime; /* ns */
    uint64_t armed, fired, stopped, fired_unknown;
};

/* Count one timer in and out; `now` is CLOCK_MONOTONIC. Within a section. False: lock not had. */
bool sites_count_created(uint32_t site, uint64_t now, bool inherited);
bool sites_count_released(uint32_t site, uint64_t now, const struct outcome *outcome);

/* Counts a creation that failed. Needs no section. */
void sites_count_failed(uint32_t site, uint64_t now, enum tlk_failure failure);

/* Whether no timer was made or inherited at any, nor failed to be made. */
bool sites_are_unused(void);

/* In a forked child: all counts begin anew, and no site's lock is held. */
void sites_reset(void);

/* Whether the stack of any leads through code that no module holds. */
bool sites_lie_beyond(void);

/* Gives back memory that is free, but for some. */
void sites_shrink(void);

/* Around fork(), so that the child finds no lock of the table held. */
bool sites_lock(void);
void sites_unlock(void);

#endif
