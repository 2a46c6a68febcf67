/*
 * programs.h - the program files that were met, as far as they are Go's: each is looked at once,
 * and the functions of its runtime are attached to once, for all processes that run it.
 */
#ifndef TIMERLEAK_TRACE_PROGRAMS_H
#define TIMERLEAK_TRACE_PROGRAMS_H

#include "trace/golang.h"
#include "trace/probes.h"

#include <stdint.h>

struct programs;

struct programs *programs_new(struct probes *probes);
void programs_free(struct programs *programs);

/* A file that is run now, or will be. What is not known of a Go program is told, once. */
void programs_meet(struct programs *programs, const char *path);

/* Of an event of a probe that was attached: whose it is, and which. NULL: of none. */
struct golang *programs_of_probe(const struct programs *programs, uint64_t number,
                                 const struct golang_probe **probe);

#endif
