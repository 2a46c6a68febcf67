/*
 * start.h - making timers and starting them.
 */
#ifndef GOTIME_START_H
#define GOTIME_START_H

#include "shard.h"

/*
 * Under the lock, of a timer in any state: it is due at the deadline and not before. One with a
 * channel fires at once if that has passed. Whether start_notice() is to be called once the lock is
 * released.
 */
bool timer_start(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                 int64_t deadline, struct wake_list *to_wake);

/* As timer_make_func(), of a time that is known. */
gt_timer func_make(int64_t now, int64_t deadline, const struct gt_func *func,
                   const struct timerleak_call *call);

/* Without any lock. */
void start_notice(int64_t deadline);

#endif
