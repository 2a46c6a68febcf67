/*
 * stacks.h - the stack of a site, with its symbols; and the locations that stacks are made of, each
 * kept once and looked up once.
 */
#ifndef TIMERLEAK_PROFILE_STACKS_H
#define TIMERLEAK_PROFILE_STACKS_H

#include "profile/model.h"

/* The index of a location, which is made if need be. The function's name is interned. */
uint32_t location_of(struct locations *locations, uint32_t module, uint64_t address,
                     const char *function);
uint32_t location_of_tail_call(struct locations *locations, uint32_t module, uint64_t address);

/*
 * The frames of a location, always one at least: the innermost inlined function first, the real
 * one last. Names and files are interned in the profile's strings: equal ones have one address.
 */
const struct stack_frame *location_frames(struct profile *profile, uint32_t location,
                                          size_t *count);

void locations_free(struct locations *locations);

/* A function's name without what the compiler made of it: the marks of clones, and template
 * arguments. Interned, if `name` is. */
const char *name_plain(struct strings *strings, const char *name);

/* What a frame is called where people read, and that as a whole: see naming.h. */
const char *frame_shown(const struct stack_frame *frame);
const char *frame_whole(const struct stack_frame *frame);

/* The numbers of all frames of a trace, leaf first, which the caller frees; returns how many. */
size_t stack_frames(struct profile *profile, const struct trace *trace, uint32_t **numbers);

/* Leaf first; the first frame is the wrapped function. Looked up once, kept by the site. */
const struct stack_frame *stack_of(struct profile *profile, struct site *site, size_t *depth);

void stack_forget(struct site *site);

/* The frame that a headline names, which tells the site from others: see headlines_set(). */
const struct stack_frame *stack_headline(struct profile *profile, struct site *site);

/* A hash of the family and the functions' names: equal wherever and whenever it was built. */
uint64_t stack_hash(struct profile *profile, struct site *site);

/* " (inline)", " (tail call)": what is odd about a frame; "": nothing. */
const char *stack_mark(const struct stack_frame *frame);

/*
 * Whether a function is of the same class as the wrapped one. What a class has inline, in the
 * header of its library, comes between that and who called: QTimer::singleShot<…>() is a way to
 * say QTimer::singleShot().
 */
bool stack_in_class(const struct stack_frame *frame, const char *wrapped);

/* A function that was made at run time, by its perf map. */
bool stack_made(const struct stack_frame *frame);

/* Where it was written, whatever the line: its file, if the map tells. */
const char *stack_made_in(const struct stack_frame *frame);

bool stack_in_libc(const struct stack_frame *frame);

/* One that came with the system, where it was not built for the program. */
bool stack_in_system(const struct stack_frame *frame);

/* Any shared one, the C library too. */
bool stack_in_library(const struct stack_frame *frame);

/* What the kernel starts, in the program, and only calls the C library; it may have no name. */
bool stack_is_start(const struct stack_frame *stack, size_t index);

/*
 * Up to main, what it called last if it has no frame or no name, or a thread's first function:
 * above, every C library has functions of its own.
 */
size_t stack_own_depth(const struct stack_frame *stack, size_t depth);

#endif
