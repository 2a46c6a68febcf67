/*
 * local.h - what each thread has of the library's: the shard that its timers go to, free cells at
 * hand, and which callback it runs. Small, for it lies in the static TLS block.
 */
#ifndef GOTIME_LOCAL_H
#define GOTIME_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hidden.h"

#define MAGAZINE_CELLS 32

enum cells_kind {
    CELLS_TIMER,
    CELLS_CHANNEL,
    CELLS_CONTEXT,
    CELLS_TASK,
    CELLS_KINDS,
};

/* count + room is MAGAZINE_CELLS, or 0 before the thread's first use of it. */
struct magazine {
    uint32_t count, room;
    uint32_t free[MAGAZINE_CELLS];
};

struct shard;

struct local {
    struct local *next, *prev; /* all threads', under the lock of locals (cells.c) */
    struct shard *shard;       /* where its timers are made; NULL: not chosen yet */
    uint32_t running;          /* index of the timer whose callback this thread runs; 0: none */
    bool busy;                 /* it runs a callback or task */
    bool joined;               /* local_join() was called */
    struct magazine magazines[CELLS_KINDS];
};

extern __thread struct local local HIDDEN __attribute__((tls_model("initial-exec")));

/* Sees to it that what the thread has at hand is given back when it ends. */
void local_join(void);

#endif
