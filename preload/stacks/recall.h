/*
 * recall.h - knows a stack again without unwinding it.
 *
 * It is walked by the rules of its return addresses (rules.h), which takes a few nanoseconds a
 * frame, and what it comes to leads to the site. A stack with a frame for which there is no rule is
 * unwound each time. So is each that is new, and a sample of the others: then the walk must have
 * found the same frames.
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

/* Reserves memory. Without it nothing is ever recalled. `depth`: frames kept of a stack. */
void recall_start(uint32_t depth);

/* True and the site, when the stack is known. Call it when the stack suffices (stack.h). */
bool recall_site(const struct call *call, uint32_t *site);

/*
 * Whether rules lead through all of the stack, which are learned if need be: no frame is odd. True
 * when nothing is recalled.
 */
bool recall_possible(const struct call *call);

/* The stack was unwound: it will be known the next time. `epoch`: from before unwinding. */
void recall_learn(const struct call *call, const struct stack *stack, uint32_t site,
                  uint32_t epoch);

#endif
