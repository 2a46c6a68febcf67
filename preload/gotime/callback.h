/*
 * callback.h - runs the callbacks of timers that are due.
 */
#ifndef GOTIME_CALLBACK_H
#define GOTIME_CALLBACK_H

#include "shard.h"

/* Runs the one that has waited longest in a list, in this thread. False if there was none. */
bool callback_run(struct shard *shard, enum ready_list list);

/* As of struct source: of READY_EXECUTOR. */
void callback_run_source(struct source *source);

/* Whether this thread is in a callback of that timer, which is still alive. */
bool callback_is_mine(uint64_t handle);

/* Waits until no callback of that timer runs; not in one of its callbacks. */
void callback_await(uint64_t handle);

#endif
