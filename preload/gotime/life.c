#include "parts.h"

#include <errno.h>
#include <pthread.h>

#include "channel.h"
#include "engine.h"
#include "executor.h"
#include "gotime.h"
#include "metrics.h"
#include "shard.h"
#include "watch.h"

/* ---- the timers ---- */

static void timers_forget(void)
{
    cells_end(CELLS_TIMER);
    watch_end();
    shards_end();
}

/* As gt_timer_free(), whatever its kind. */
static void timer_end(uint32_t index)
{
    struct aftermath aftermath = {0};
    struct timer *timer = timer_cell(index);
    struct shard *shard = shard_of(timer);

    mutex_take(&shard->lock);
    if (timer->tag)
        timer_release(shard, index, timer, &aftermath);
    mutex_give(&shard->lock);
    aftermath_settle(&aftermath);
}

static void timers_end(void)
{
    for (uint32_t index = 1; index < cells[CELLS_TIMER].made; index++)
        timer_end(index);
    timers_forget();
}

/* ---- all parts ---- */

/* In the order of their locks, and of what needs what at the end. */
static const struct part parts[] = {
    {scheduler_lock, scheduler_unlock, scheduler_renew, scheduler_end},
    {NULL, NULL, contexts_renew, contexts_end},
    {NULL, NULL, mock_renew, mock_end},
    {engine_lock, engine_unlock, engine_renew, NULL},
    {shards_lock, shards_unlock, timers_forget, timers_end},
    {executor_lock, executor_unlock, executor_renew, NULL},
    {NULL, NULL, channels_renew, channels_end},
    {NULL, NULL, metrics_renew, metrics_end},
    {cells_lock, cells_unlock, cells_renew, cells_finish},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void fork_prepare(void)
{
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].lock)
            parts[i].lock();
}

static void fork_parent(void)
{
    for (size_t i = PARTS; i-- > 0;)
        if (parts[i].unlock)
            parts[i].unlock();
}

static void fork_child(void)
{
    for (size_t i = PARTS; i-- > 0;)
        parts[i].renew();
}

__attribute__((constructor)) static void life_begin(void)
{
    pthread_atfork(fork_prepare, fork_parent, fork_child);
}

int gt_shutdown(void)
{
    if (executor_inside())
        return -EDEADLK;
    engine_end();
    executor_end();
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].end)
            parts[i].end();
    engine_release();
    return 0;
}
