/*
 * host_rows.h - what processes hold, or groups of processes, beside each other and since a first
 * look.
 */
#ifndef TIMERLEAK_OUTSIDE_HOST_ROWS_H
#define TIMERLEAK_OUTSIDE_HOST_ROWS_H

#include "outside/cgroup.h"
#include "outside/host.h"

/* A timer that several descriptors lead to is one. */
struct host_counts {
    uint64_t timerfds, states[KERNEL_STATES];
    uint64_t copies; /* further descriptors of those */
    uint64_t shared; /* of those, how many another process has too */
    uint64_t posix;
};

/* Of a limit that its processes have. */
struct host_share {
    uint64_t used, limit; /* UINT64_MAX: there is none, or it is not known */
};

struct host_row {
    const struct host_process *const *processes; /* one, or those of a group */
    size_t process_count;
    struct host_counts counts;
    /* Of the process that is nearest to its limit. */
    struct host_share descriptors, signals;
    int64_t growth; /* in timers, since the first look */
};

struct host_rows {
    struct host_row *list; /* what grows most first, then what holds most */
    size_t count;
    struct host_counts total;
    bool by_cgroup;
    const struct host_process **processes; /* by row */
};

/*
 * One for each process, or for each container or unit. `first` is of an earlier look, or NULL; what
 * was not there then has grown by all it has. Both looks outlive it.
 */
void host_rows_make(struct host_rows *rows, const struct host *host, bool by_cgroup,
                    const struct host_rows *first);
void host_rows_free(struct host_rows *rows);

/* Timerfds and POSIX timers. */
uint64_t host_row_timers(const struct host_counts *counts);

#endif
