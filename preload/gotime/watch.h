/*
 * watch.h - whether the shim watches, and by which reference its ledger knows each timer. They lie
 * beside the timers, so that they take no room when nobody watches.
 */
#ifndef GOTIME_WATCH_H
#define GOTIME_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "ledger/timerleak_ledger.h"

static inline bool watched(void)
{
    return __builtin_expect(&timerleak_ledger != NULL, 0);
}

/* For public functions: the call that makes a timer, of that kind. */
#define CALL_IF_WATCHED(kind) (watched() ? TIMERLEAK_CALL(kind) : NULL)

/* Tells of a new timer, as watch_created() does; its reference is for the caller to keep. */
uint64_t watch_birth(const struct timerleak_call *call, uint64_t handle, size_t retained,
                     const char *name);

/*
 * A new timer, before it is armed, and without a lock: the shim looks at the stack. The others are
 * called under the shard's lock, so that the shim sees all in the order in which it happens.
 */
void watch_created(uint32_t index, const struct timerleak_call *call, uint64_t handle,
                   size_t retained, const char *name);

/* That of the timer at this index; 0: it is not recorded. */
uint64_t watch_reference(uint32_t index);

/* The last call for a timer: its reference is forgotten. */
void watch_forget(uint32_t index);

/* Forgets all references: the timers' cells have ended. */
void watch_end(void);

static inline void watch_reference_armed(uint64_t reference, int64_t now, int64_t deadline,
                                         int64_t period, const void *caller)
{
    if (watched())
        timerleak_ledger.armed(reference, clock_mocked() ? TIMERLEAK_OTHER_CLOCK : now, deadline,
                               period, caller);
}

static inline void watch_armed(uint32_t index, int64_t now, int64_t deadline, int64_t period,
                               const void *caller)
{
    if (watched())
        watch_reference_armed(watch_reference(index), now, deadline, period, caller);
}

static inline void watch_fired(uint32_t index, uint64_t expirations)
{
    if (watched())
        timerleak_ledger.fired(watch_reference(index), expirations);
}

static inline void watch_stopped(uint32_t index)
{
    if (watched())
        timerleak_ledger.stopped(watch_reference(index));
}

static inline void watch_named(uint32_t index, const char *name)
{
    if (watched())
        timerleak_ledger.named(watch_reference(index), name);
}

static inline void watch_released(uint32_t index)
{
    if (watched())
        watch_forget(index);
}

#endif
