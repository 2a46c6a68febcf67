/*
 * host.h - what the tracer knows of this machine: the processes that are traced, and what all of
 * them share.
 */
#ifndef TIMERLEAK_TRACE_HOST_H
#define TIMERLEAK_TRACE_HOST_H

#include "trace/probes.h"
#include "trace/programs.h"
#include "trace/sites.h"
#include "trace/traced.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PID_MOST (1u << 22) /* the kernel's own limit */

struct host {
    struct probes *probes;
    struct sites *sites;
    struct programs *programs;
    struct traced_run run;
    struct traced **by_pid;    /* of all numbers that there can be; of most there is no memory */
    struct traced **processes; /* those that are traced now, in no order */
    size_t count, room;
    uint64_t reached; /* when what was taken last happened */
    size_t unwritten; /* recordings that could not be written */
};

/* The table of processes alone. */
void host_begin(struct host *host);
void host_end(struct host *host);

/* NULL: none of that number is traced. */
struct traced *host_find(const struct host *host, uint32_t pid);
void host_enter(struct host *host, struct traced *traced);
/* One that was there before, or of whose making was not told. */
struct traced *host_meet(struct host *host, uint32_t pid, uint64_t now);
/* What it runs may be Go's. */
void host_meet_program(struct host *host, pid_t pid);
void host_forget(struct host *host, struct traced *traced);

/* Enters what did not reach us. */
void host_tell_losses(struct host *host, struct traced *traced);
/* Its recording, if something has changed, or for the last time. */
void host_write(struct host *host, struct traced *traced, bool last, uint64_t now);
/* Its end was lost: how it ended, nobody knows. */
void host_lose(struct host *host, struct traced *traced, uint64_t now);
/* Loses those that are gone. Whose end still lies in the ring is told of before this is called
 * again. */
void host_seek(struct host *host, uint64_t now);

#endif
