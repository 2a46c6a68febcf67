/*
 * timer.h - what a timer is, and what the rest of the library does with timers. All timers of a
 * shard are guarded by its lock.
 */
#ifndef GOTIME_TIMER_H
#define GOTIME_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "cells.h"
#include "gotime.h"
#include "handle.h"
#include "metrics.h"
#include "waiter.h"
#include "watch.h"

enum timer_state {
    TIMER_FREE,
    TIMER_IDLE,    /* fired or stopped */
    TIMER_WAITING, /* in its shard's wheel */
    TIMER_READY,   /* due, and its callback waits for a thread: in a list of its shard */
    TIMER_DYING,   /* freed while its callback runs; it has no handle any more */
};

enum timer_flags {
    TIMER_UNREPORTED = 4, /* beside those of enum gt_func_flags: the library's own */
    TIMER_AWAITED = 8,    /* somebody sleeps until `running` is 0 */
};

struct timer {
    uint32_t generation;
    uint32_t next, prev; /* in the list it is in: see wheel.h */
    uint32_t tag;        /* the upper half of its handle; 0: it has none */
    uint8_t state;       /* enum timer_state */
    uint8_t shard;       /* changes only from one life to the next */
    uint8_t name;        /* metrics.h */
    uint8_t flags;
    uint32_t ahead;   /* one that comes some places later in the list: see wheel.h */
    int64_t deadline; /* of the next or the last fire */
    union {
        struct {
            struct port port;
            int64_t period; /* of a ticker */
        };
        struct {
            void (*function)(void *argument);
            void *argument;
            void (*destroy)(void *argument);
            uint32_t running; /* callbacks that have begun and not ended; a futex */
        };
    };
};

_Static_assert(sizeof(struct timer) <= 64, "a timer fits its cell");

/* `call` is where the user called, for the shim: see CALL_IF_WATCHED(). NULL: the shim isn't told.
 */

/* One with a channel: KIND_AFTER, KIND_TICK, KIND_TIMER or KIND_TICKER. 0 and errno on failure. */
uint64_t timer_make(enum kind kind, int64_t duration, int64_t period,
                    const struct timerleak_call *call);

/* One with a callback, due at `deadline`. Zeros and errno on failure; `destroy` isn't called then.
 */
gt_timer timer_make_func(int64_t deadline, const struct gt_func *func,
                         const struct timerleak_call *call);

/*
 * The library's own, in no metric and no recording. The function must not block: it runs in the
 * thread that fires timers, with no lock held. To be freed by gt_timer_free(), after
 * gt_timer_stop_sync() if the argument is about to go.
 */
gt_timer timer_internal(int64_t deadline, void (*function)(void *argument), void *argument);

/* ---- for channels: ports of timers ---- */

/*
 * The lock that guards the timer's port, as far as can be seen without it: it may be another's by
 * the time it is taken, and then timer_port() knows. Never NULL.
 */
struct mutex *timer_lock_of(uint64_t handle);

/*
 * Under that lock: the port; NULL if the handle is stale. Who takes the value says so by
 * `full = false` and nothing else: by that stop and reset answer.
 */
struct port *timer_port(uint64_t handle);

/* gt_chan_free() of a KIND_AFTER or KIND_TICK. 0 or -ESTALE. */
int timer_chan_free(uint64_t handle);

/* ---- for metrics ---- */

/* Of all timers that are reported, named or not. */
struct metrics_counts timers_counts(void);

/* ---- for the others of the engine ---- */

static inline struct timer *timer_cell(uint32_t index)
{
    return cell_of(CELLS_TIMER, index);
}

/* That has this handle or had it, or has another life at its place; NULL if there never was one. */
static inline struct timer *timer_behind(uint64_t handle)
{
    return cells_at(CELLS_TIMER, handle_index(handle));
}

static inline enum kind timer_kind(const struct timer *timer)
{
    return (enum kind)(timer->tag >> 28);
}

/* Under the lock: whether the handle names this timer in its present life. */
static inline bool timer_is(const struct timer *timer, uint64_t handle)
{
    return cell_generation(timer) == handle_generation(handle) && timer->tag == handle >> 32;
}

#endif
