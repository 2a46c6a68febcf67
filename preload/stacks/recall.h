/*
 * recall.h - knows a stack again without unwinding it.
 *
 * When a site has made timers from the same stack pointer before, the return addresses of its
 * frames still stand in the same places of the stack: looking there, and finding them all
 * unchanged, takes a tenth of the time that unwinding takes. A frame of another function, or of the
 * same one called from elsewhere, has another return address in one of these places.
 */
#ifndef TIMERLEAK_RECALL_H
#define TIMERLEAK_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "tables/sites.h"

/* A call of a wrapped function. */
struct call {
    const char *function; /* its name: a literal */
    const char *kind;     /* what its family calls the timers that it makes: a literal, or NULL */
    uint32_t family;
    void *frame;  /* __builtin_dwarf_cfa() of the hook: its return address stands just below */
    void *caller; /* __builtin_return_address(0) of the hook */
    void *rbp;    /* of the caller: where the hook's own frame pointer points to */
};

/* Reserves memory. Without it nothing is ever recalled. */
void recall_start(void);

/* True and the site, when the stack is known. Call it when the stack suffices (stack.h). */
bool recall_site(const struct call *call, uint32_t *site);

/* The stack was unwound: it will be known from the second time on. `epoch`: from before unwinding.
 */
void recall_learn(const struct call *call, const struct stack *stack, uint32_t site,
                  uint32_t epoch);

#endif
