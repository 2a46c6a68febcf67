/*
 * fire.h - what happens when a timer's time has come, and the callbacks of those that are due.
 */
#ifndef GOTIME_FIRE_H
#define GOTIME_FIRE_H

#include "shard.h"

/* Under the lock, of an idle timer with a channel: it fires now. */
void timer_fire(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                struct wake_list *to_wake);

/*
 * Fires what is due in a shard, a part of it at most, and says in shard->wake when to come again.
 * Callbacks that block are posted to the executor, the others run before it returns. Does nothing
 * if `now` is not of the clock that is in use by now. No lock is held. How many have
 * fired.
 */
unsigned shard_fire(struct shard *shard, int64_t now, bool mocked);

/* ---- callbacks ---- */

/* As of struct source: runs the one that has waited longest in READY_EXECUTOR. */
void callback_run_source(struct source *source);

/* Whether this thread is in a callback of that timer, which is still alive. */
bool callback_is_mine(uint64_t handle);

/* Waits until no callback of that timer runs; not in one of its callbacks. */
void callback_await(uint64_t handle);

#endif
