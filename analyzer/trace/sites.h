/*
 * sites.h - which site of its process's recording an event belongs to: by the stack that came with
 * it, or by what the kernel says it is known by.
 */
#ifndef TIMERLEAK_TRACE_SITES_H
#define TIMERLEAK_TRACE_SITES_H

#include "trace/probes.h"
#include "trace/traced.h"

#include <stdint.h>

struct sites;

struct sites *sites_new(struct probes *probes);
void sites_free(struct sites *sites);

/* The traced process has a ledger. */
uint32_t sites_of_event(struct sites *sites, struct traced *traced, const struct trace_event *event,
                        uint32_t family);

/* The frame that made the call of an event that has no stack; 0: it can't be told. */
uint64_t sites_caller(struct traced *traced, const struct trace_event *event);

/* Frames of return addresses, as many as there are. */
void sites_frames(struct traced *traced, const uint64_t *addresses, uint32_t count,
                  uint64_t *frames);

/* Code may have come where other code was: what was known of stacks then is good no more. */
void sites_follow(struct sites *sites, struct traced *traced);

/* The process has ended, or another program. */
void sites_end(struct sites *sites, pid_t pid);

#endif
