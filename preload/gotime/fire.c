#include "fire.h"

#include <limits.h>
#include <stddef.h>

#include "clock.h"
#include "watch.h"

/* So that nobody waits for the lock for long. */
#define FIRES_MOST 64
#define STEPS_MOST 256

#define AWAIT_NS 1000000 /* between two looks whether a callback runs */

/* ---- callbacks ---- */

struct callback {
    struct shard *shard;
    uint32_t index;
    struct timer *timer;
    uint8_t name;
    bool reported;
    int64_t began;
    void (*function)(void *argument);
    void *argument;
};

static bool callback_begin(struct callback *callback, enum ready_list list)
{
    struct shard *shard = callback->shard;

    mutex_take(&shard->lock);
    callback->index = ready_pop(shard, list);
    if (!callback->index) {
        mutex_give(&shard->lock);
        return false;
    }
    struct timer *timer = callback->timer = timer_cell(callback->index);
    timer->running++;
    timer_count(shard, timer, METRICS_FIRED, 1);
    watch_fired(callback->index, 1);
    callback->name = timer->name;
    callback->reported = !(timer->flags & TIMER_UNREPORTED);
    callback->function = timer->function;
    callback->argument = timer->argument;
    if (callback->reported)
        metrics_lateness(timer->name, callback->began - timer->deadline);
    mutex_give(&shard->lock);
    return true;
}

/* Whether the timer's life is over with this one. */
static bool callback_is_last(const struct timer *timer)
{
    return timer->running == 0 && (timer->state == TIMER_DYING ||
                                   (timer->state == TIMER_IDLE && timer->flags & GT_AUTOFREE));
}

static void callback_end(struct callback *callback)
{
    struct timer *timer = callback->timer;
    struct aftermath aftermath = {0};

    mutex_take(&callback->shard->lock);
    __atomic_store_n(&timer->running, timer->running - 1, __ATOMIC_RELAXED);
    bool awaited = timer->running == 0 && timer->flags & TIMER_AWAITED;
    if (awaited)
        timer->flags &= (uint8_t)~TIMER_AWAITED;
    if (callback_is_last(timer)) {
        if (timer->state == TIMER_DYING)
            timer_bury_func(callback->index, timer, &aftermath);
        else
            timer_release(callback->shard, callback->index, timer, &aftermath);
    }
    mutex_give(&callback->shard->lock);
    if (awaited)
        futex_wake(&timer->running, INT_MAX);
    aftermath_settle(&aftermath);
}

/*
 * The one that has waited longest, in this thread; false if there was none. After a fork or a
 * shutdown in the callback, its timer is gone, and its cell too.
 */
static bool callback_run(struct shard *shard, enum ready_list list)
{
    struct callback callback = {.shard = shard, .began = clock_now()};
    uint32_t before = local.running, epoch = cells_epoch;

    if (!callback_begin(&callback, list))
        return false;
    local.running = callback.index;
    if (callback.reported)
        metrics_started(callback.name);
    callback.function(callback.argument);
    if (epoch == cells_epoch) {
        if (callback.reported)
            metrics_latency(callback.name, clock_now() - callback.began);
        callback_end(&callback);
    }
    local.running = before;
    return true;
}

void callback_run_source(struct source *source)
{
    callback_run((struct shard *)((char *)source - offsetof(struct shard, source)), READY_EXECUTOR);
}

bool callback_is_mine(uint64_t handle)
{
    struct shard *shard;

    if (!local.running || local.running != handle_index(handle) ||
        !timer_lock(handle, KINDS(KIND_FUNC), &shard))
        return false;
    mutex_give(&shard->lock);
    return true;
}

/* Of that life of the timer, which may have lost its handle meanwhile. */
static uint32_t callbacks_running(struct timer *timer, uint64_t handle)
{
    struct shard *shard = shard_of(timer);
    uint32_t running = 0;

    mutex_take(&shard->lock);
    if (cell_generation(timer) == handle_generation(handle))
        running = timer->running;
    if (running)
        timer->flags |= TIMER_AWAITED;
    mutex_give(&shard->lock);
    return running;
}

/*
 * Never for long: between the look and the sleep, one callback may have ended, unaware of us, and
 * another begun, and the number be the same.
 */
void callback_await(uint64_t handle)
{
    struct timer *timer = timer_behind(handle);
    uint32_t running;

    while ((running = callbacks_running(timer, handle)))
        futex_wait_until(&timer->running, running, clock_monotonic() + AWAIT_NS);
}

/* ---- firing ---- */

static int64_t not_before(int64_t now, int64_t deadline)
{
    return now < deadline ? deadline : now;
}

static void timer_send(struct timer *timer, int64_t now, struct wake_list *to_wake)
{
    if (timer->port.full || port_deliver(&timer->port, now, to_wake))
        return;
    timer->port.value = now;
    timer->port.full = true;
}

/* The grid is that of the start: only whole periods are added. */
static uint64_t ticker_advance(struct timer *timer, int64_t now)
{
    int64_t missed = (now - timer->deadline) / timer->period;

    timer->deadline = clock_after(timer->deadline + missed * timer->period, timer->period);
    return (uint64_t)missed + 1;
}

static void ticker_fire(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                        struct wake_list *to_wake)
{
    uint64_t ticks = ticker_advance(timer, now);

    timer_count(shard, timer, METRICS_FIRED, ticks);
    watch_fired(index, ticks);
    timer_send(timer, now, to_wake);
    timer_wait(shard, index, timer, now);
}

static void after_fire(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                       struct wake_list *to_wake)
{
    struct aftermath none = {0};

    port_release(&timer->port, 0, now, to_wake);
    timer_release(shard, index, timer, &none);
}

void timer_fire(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                struct wake_list *to_wake)
{
    enum kind kind = timer_kind(timer);

    metrics_lateness(timer->name, now - timer->deadline);
    if (kind == KIND_TICK || kind == KIND_TICKER) {
        ticker_fire(shard, index, timer, now, to_wake);
        return;
    }
    timer_count(shard, timer, METRICS_FIRED, 1);
    watch_fired(index, 1);
    if (kind == KIND_AFTER)
        after_fire(shard, index, timer, now, to_wake);
    else
        timer_send(timer, now, to_wake);
}

/* Takes one that is due out of the wheel. False if there is none. */
static bool shard_fire_one(struct shard *shard, int64_t now, unsigned *steps, size_t *posts,
                           struct wake_list *to_wake)
{
    uint32_t index = wheel_take(&shard->wheel, now, steps);

    if (!index)
        return false;
    struct timer *timer = timer_cell(index);
    timer->state = TIMER_IDLE;
    shard->waiting--;
    if (timer_kind(timer) != KIND_FUNC) {
        timer_fire(shard, index, timer, not_before(now, timer->deadline), to_wake);
    } else {
        *posts += !(timer->flags & GT_INLINE);
        ready_append(shard, index, timer);
    }
    return true;
}

unsigned shard_fire(struct shard *shard, int64_t now, bool mocked)
{
    struct wake_list to_wake = {0};
    unsigned steps = STEPS_MOST, fires = 0;
    size_t posts = 0;

    mutex_take(&shard->lock);
    if (clock_mocked() != mocked)
        steps = 0;
    while (fires < FIRES_MOST && shard_fire_one(shard, now, &steps, &posts, &to_wake))
        fires++;
    __atomic_store_n(&shard->wake, wheel_next(&shard->wheel), __ATOMIC_SEQ_CST);
    mutex_give(&shard->lock);
    wake_all(&to_wake);
    if (posts)
        executor_post(&shard->source, posts);
    while (callback_run(shard, READY_INLINE))
        continue;
    return fires;
}
