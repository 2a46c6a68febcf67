#include "fire.h"

#include "callback.h"
#include "clock.h"
#include "release.h"
#include "watch.h"

/* So that nobody waits for the lock for long. */
#define FIRES_MOST 64
#define STEPS_MOST 256

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
    struct timer *timer;

    if (!index)
        return false;
    timer = timer_at(index);
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

    lock_take(&shard->lock);
    if (clock_mocked() != mocked)
        steps = 0;
    while (fires < FIRES_MOST && shard_fire_one(shard, now, &steps, &posts, &to_wake))
        fires++;
    __atomic_store_n(&shard->wake, wheel_next(&shard->wheel), __ATOMIC_SEQ_CST);
    lock_give(&shard->lock);
    wake_all(&to_wake);
    if (posts)
        executor_post(&shard->source, posts);
    while (callback_run(shard, READY_INLINE))
        continue;
    return fires;
}
