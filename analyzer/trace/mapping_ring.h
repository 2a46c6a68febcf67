/*
 * mapping_ring.h - what the kernel tells of code that is mapped, by whatever process
 * (perf_event_open(2)): a ring for each processor, read in the order in which it happened.
 */
#ifndef TIMERLEAK_TRACE_MAPPING_RING_H
#define TIMERLEAK_TRACE_MAPPING_RING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum mapping_what {
    MAPPING_NONE,     /* nothing more, up to then */
    MAPPING_MADE,     /* code is mapped */
    MAPPING_EXECUTED, /* the process has a new image: what was mapped before is not any more */
    MAPPING_LOST,     /* there was no room in a ring: of whom is not known */
};

struct mapping_told {
    enum mapping_what what;
    pid_t pid;
    uint64_t start, end, offset, device, inode;
    char path[PATH_MAX]; /* from the root of its process */
};

bool mapping_ring_open(void); /* false, with errno: that is not allowed */
void mapping_ring_close(void);

/* The next that happened until then (CLOCK_MONOTONIC, ns). */
enum mapping_what mapping_ring_next(uint64_t until, struct mapping_told *told);

#endif
