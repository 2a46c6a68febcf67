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

/* A stack as captured. */
struct stack {
    const char *function; /* the wrapped function: a literal */
    const char *kind;     /* of these timers: a literal, or NULL */
    uint32_t family;
    uint32_t depth;
    bool truncated, unwound;
    void *addresses[];
};

/* Bytes that a struct stack of so many addresses takes: the running stack may be small. */
#define STACK_BYTES(addresses) (sizeof(struct stack) + (addresses) * sizeof(void *))

/* Reserves memory for as many sites as a recording can come to hold. */
bool sites_start(void);

/*
 * The site of a stack, made when it is new. Call it within a section and with no lock held. 0,
 * which gathers what found no room, when the recording is full or a lock could not be had.
 */
uint32_t sites_find(const struct stack *stack);

/* Whether the stack of any leads through code that no module holds. */
bool sites_lie_beyond(void);

/* Gives back memory that is free, but for some. */
void sites_shrink(void);

/* Around fork(), so that the child finds no lock of the table held. */
bool sites_lock(void);
void sites_unlock(void);

#endif
