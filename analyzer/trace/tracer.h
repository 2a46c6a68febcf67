/*
 * tracer.h - hands what the kernel tells to the processes that it is about: what each event means.
 */
#ifndef TIMERLEAK_TRACE_TRACER_H
#define TIMERLEAK_TRACE_TRACER_H

#include "trace/tracing.h"

#include <stdbool.h>
#include <stddef.h>

struct tracer;

/* Of what runs already, what it holds is entered as "made before". NULL after a complaint. */
struct tracer *tracer_new(const struct tracing *tracing);

/* Handles what has happened, waiting for the first for `ms`; writes what changed if it is time to.
 */
void tracer_turn(struct tracer *tracer, int ms);

/* No process that was to be traced is left. */
bool tracer_idle(const struct tracer *tracer);

/* Handles the rest, writes all recordings, and gives up. How many could not be written. */
size_t tracer_end(struct tracer *tracer);

#endif
