/*
 * already.h - what runs when the tracer comes, and what it holds.
 */
#ifndef TIMERLEAK_TRACE_ALREADY_H
#define TIMERLEAK_TRACE_ALREADY_H

#include "trace/host.h"
#include "trace/tracing.h"

/* Watches those that are to be traced. Once the kernel's programs are at work, so that nothing
 * falls between. */
void already_enter(struct host *host, const struct tracing *tracing);

#endif
