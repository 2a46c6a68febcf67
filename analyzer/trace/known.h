/*
 * known.h - stacks that were unwound, as the kernel knows them again (struct trace_step), and the
 * site that each of them is. Of each process by itself, until it ends.
 *
 * A stack is known by the words that its unwinding was led by, and by where the process had its
 * code then: where that changes (memory_map_epoch()), what was known leads nowhere any more, but
 * the numbers that were given are good for what is still under way.
 */
#ifndef TIMERLEAK_TRACE_KNOWN_H
#define TIMERLEAK_TRACE_KNOWN_H

#include "trace/unwind.h"

#include <stdbool.h>
#include <stdint.h>

struct known;

/* Puts a step where the kernel finds it, or takes it away: NULL. False: there is no room. */
typedef bool known_put(void *context, uint64_t key, const struct trace_step *step);

struct known *known_new(known_put *put, void *context);
void known_free(struct known *known); /* takes no step away */

/* Which call was made where in which process. */
struct known_place {
    uint32_t pid, epoch, call;
    uint64_t ip;
};

/* From now on it is known. False: it can't be, or there is no room. */
bool known_add(struct known *known, const struct known_place *place, const struct unwound *unwound,
               uint32_t site);

/* False: no stack of this process has that number. */
bool known_site(struct known *known, uint32_t pid, uint32_t number, uint32_t *site);

/* One turned out to be another: all of this process are to be unwound again. */
void known_doubt(struct known *known, uint32_t pid);

/* It has ended, or has another program now: nothing of it is under way. */
void known_end(struct known *known, uint32_t pid);

#endif
