/*
 * stacks.h - the stack of a site, with its symbols.
 */
#ifndef TIMERLEAK_PROFILE_STACKS_H
#define TIMERLEAK_PROFILE_STACKS_H

#include "profile/profile.h"

/* Leaf first; the first frame is the wrapped function. Looked up once, kept by the site. */
const struct stack_frame *stack_of(struct profile *profile, struct site *site, size_t *depth);

/* The frame that a headline names: the first above the wrapped function, or that if it is all. */
const struct stack_frame *stack_headline(struct profile *profile, struct site *site);

/* A hash of the family and the functions' names: equal wherever and whenever it was built. */
uint64_t stack_fingerprint(struct profile *profile, struct site *site);

bool stack_in_libc(const struct stack_frame *frame);

/* Up to main, or a thread's first function: above, every C library has functions of its own. */
size_t stack_own_depth(const struct stack_frame *stack, size_t depth);

#endif
