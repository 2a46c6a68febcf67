#include "release.h"

#include <errno.h>

#include "watcher.h"

/* Under the lock: whether the handle names this timer in its present life. */
static inline bool timer_is(const struct timer *timer, uint64_t handle)
{
    return cell_generation(timer) == handle_generation(handle) &&
           timer->kind == (unsigned)handle_kind(handle) &&
           (timer->state == TIMER_IDLE || timer->state == TIMER_WAITING ||
            timer->state == TIMER_READY);
}

struct timer *timer_lock(uint64_t handle, unsigned kinds, struct shard **shard)
{
    struct timer *timer = timer_at(handle_index(handle));

    if (!timer || !(KINDS(handle_kind(handle)) & kinds))
        return NULL;
    *shard = shard_of(timer);
    lock_take(&(*shard)->lock);
    if (__builtin_expect(timer_is(timer, handle), 1))
        return timer;
    lock_give(&(*shard)->lock);
    return NULL;
}

bool timer_drain(struct timer *timer)
{
    bool full = timer->kind != KIND_FUNC && timer->port.full;

    if (full)
        timer->port.full = false;
    return full;
}

int timer_stop(struct shard *shard, uint32_t index, struct timer *timer)
{
    if (timer_withdraw(shard, timer)) {
        timer_count(shard, timer, METRICS_STOPPED, 1);
        watch_stopped(index);
        timer_drain(timer);
        return 1;
    }
    return timer_drain(timer);
}

void timer_release(struct shard *shard, uint32_t index, struct timer *timer,
                   struct aftermath *aftermath)
{
    timer_stop(shard, index, timer);
    timer_count(shard, timer, METRICS_RELEASED, 1);
    watch_released(index);
    if (timer->kind != KIND_FUNC)
        port_release(&timer->port, -ESTALE, 0, &aftermath->to_wake);
    else if (timer->running) {
        timer->state = TIMER_DYING;
        return;
    }
    timer_bury(index, timer, aftermath);
}

void timer_bury(uint32_t index, struct timer *timer, struct aftermath *aftermath)
{
    if (timer->kind == KIND_FUNC) {
        aftermath->destroy = timer->destroy;
        aftermath->argument = timer->argument;
    }
    timer->state = TIMER_FREE;
    cell_age(timer);
    cells_give(CELLS_TIMER, index);
}

void aftermath_settle(struct aftermath *aftermath)
{
    wake_all(&aftermath->to_wake);
    if (aftermath->destroy)
        aftermath->destroy(aftermath->argument);
}

/* ---- ports ---- */

struct lock *timer_lock_of(uint64_t handle)
{
    struct timer *timer = timer_at(handle_index(handle));

    return timer ? &shard_of(timer)->lock : &shards[0].lock;
}

struct port *timer_port(uint64_t handle)
{
    struct timer *timer = timer_at(handle_index(handle));

    return timer && handle_kind(handle) != KIND_FUNC && timer_is(timer, handle) ? &timer->port
                                                                                : NULL;
}
