/*
 * host.h - the processes of this host that hold timers, by one look at /proc.
 */
#ifndef TIMERLEAK_OUTSIDE_HOST_H
#define TIMERLEAK_OUTSIDE_HOST_H

#include "base/proc.h"
#include "outside/kernel_timers.h"

struct host_process {
    pid_t pid;
    uint64_t start; /* ticks since the boot: with the pid, no other process has it */
    struct thread_name name;
    char *command; /* with its arguments */
    char *cgroup;  /* the whole path, see cgroup.h */
    struct kernel_timers timers;
    struct kernel_watches watches; /* of one that was asked for */
    uint64_t most_descriptors;     /* UINT64_MAX: any number */
    /* Of all processes of its user: queued signals, each POSIX timer is one, and its limit. */
    uint64_t queued, most_queued;
};

struct host {
    struct host_process *list;
    size_t count, room;
    uint64_t processes; /* that were looked at */
    uint64_t denied;    /* that may not be looked at */
    uint64_t took;      /* ns */
    uint32_t numbers;   /* of timerfds: their timers have those below */
};

/*
 * All that hold any. What ends, or closes, while it is looked at is left out. POSIX timers are too
 * where the kernel has no list of them.
 */
void host_read(struct host *host);

/*
 * Adds one process to those, whatever it holds, with its epoll sets. False, with errno set, if it
 * can't be looked at. Then, when all are added, timers are told apart.
 */
bool host_add(struct host *host, pid_t pid);
void host_tell_apart(struct host *host);

void host_free(struct host *host);

#endif
