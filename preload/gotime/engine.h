/*
 * engine.h - the one thread that fires timers. It sleeps until the earliest deadline, and is woken
 * only for an earlier one.
 */
#ifndef GOTIME_ENGINE_H
#define GOTIME_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

enum engine_state {
    ENGINE_NONE,
    ENGINE_RUNS,
    ENGINE_ENDS,
};

extern uint32_t engine_state HIDDEN; /* atomic */

int engine_start(void);

/* To be called before a timer is made, without a lock. 0, or why the thread can't be started. */
static inline int engine_ready(void)
{
    if (__builtin_expect(__atomic_load_n(&engine_state, __ATOMIC_ACQUIRE) == ENGINE_RUNS, 1))
        return 0;
    return engine_start();
}

/* After timer_wait() has said so, without the shard's lock. */
void engine_notice(int64_t deadline);

/*
 * Ends the thread; after engine_release() it may begin anew, and not before: what makes timers
 * gets -ESHUTDOWN. Not in a callback.
 */
void engine_end(void);
void engine_release(void);

/* For fork, as of struct part (parts.h). */
void engine_lock(void);
void engine_unlock(void);
void engine_renew(void);

#endif
