/*
 * meaning.h - what each event means for the process that it is about.
 */
#ifndef TIMERLEAK_TRACE_MEANING_H
#define TIMERLEAK_TRACE_MEANING_H

#include "trace/events.h"
#include "trace/host.h"

/* By which glibc tells a thread of its own of a timer with SIGEV_THREAD. */
#define SIGNAL_OF_LIBC 32

/* `host` is a struct host: this is for probes_read(). */
void meaning_take(void *host, const struct trace_event *event);

/* One that was there already when the tracer came: its site is told here. */
void meaning_enter_before(struct traced *traced, const struct traced_run *run,
                          struct ledger_birth *birth);

#endif
