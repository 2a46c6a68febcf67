#include "release.h"

void timer_release_func(uint32_t index, struct timer *timer, struct aftermath *aftermath)
{
    if (timer->running)
        timer->state = TIMER_DYING;
    else
        timer_bury_func(index, timer, aftermath);
}

void timer_bury_func(uint32_t index, struct timer *timer, struct aftermath *aftermath)
{
    aftermath->destroy = timer->destroy;
    aftermath->argument = timer->argument;
    timer->state = TIMER_FREE;
    cell_age(timer);
    cells_give(CELLS_TIMER, index);
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
