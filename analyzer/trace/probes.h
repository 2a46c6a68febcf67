/*
 * probes.h - the programs in the kernel: loads them, attaches them, hands on what they tell.
 */
#ifndef TIMERLEAK_TRACE_PROBES_H
#define TIMERLEAK_TRACE_PROBES_H

#include "base/errors.h"
#include "trace/events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct probes;

/* NULL when this kernel or these rights don't allow it; `error` says which, and the cure. */
struct probes *probes_open(const struct trace_settings *settings, char error[ERROR_SIZE]);
void probes_close(struct probes *probes);

/* A process is traced from now on, and what it forks; no more. Not asked for with `all`. */
bool probes_watch(struct probes *probes, pid_t pid);
void probes_forget(struct probes *probes, pid_t pid);

/* Hands over each timerfd that those which are traced have open already, as TRACE_OPEN. Asked for
 * once they are, so that none is missed; one that was made meanwhile is told of twice. */
void probes_existing(struct probes *probes,
                     void (*take)(void *context, const struct trace_event *event), void *context);

/* Hands what lies in the ring to `take`, in order, but no more than can be done in a moment; waits
 * for the first for `ms`. False: there is more, or may be. */
bool probes_read(struct probes *probes,
                 void (*take)(void *context, const struct trace_event *event), void *context,
                 int ms);
/* Takes note of steps that lead to a known stack: see events.h. NULL: it is forgotten. False: the
 * table is full. */
bool probes_step(struct probes *probes, uint64_t key, const struct trace_step *step);
/* Which are good for it now: see trace_begin(). */
void probes_epoch(struct probes *probes, pid_t pid, uint32_t epoch);

/* Attaches to an address within a file: an offset in the file. `probe` comes back in events. */
bool probes_attach(struct probes *probes, const char *path, uint64_t offset, pid_t pid,
                   uint64_t probe);

/* Since it was watched, or forgotten. */
struct trace_losses probes_losses(const struct probes *probes, pid_t pid);

#endif
