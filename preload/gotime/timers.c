/* Timers and tickers, with a channel or a callback, and the pool: begun, stopped, reset, freed. */
#include "gotime.h"

#include <errno.h>

#include "clock.h"
#include "fire.h"
#include "start.h"
#include "watch.h"

#define TIMERS (KINDS(KIND_TIMER) | KINDS(KIND_FUNC))
#define TICKERS KINDS(KIND_TICKER)
#define USER_FLAGS (GT_AUTOFREE | GT_INLINE)

gt_chan gt_after(int64_t duration)
{
    return (gt_chan){timer_make(KIND_AFTER, duration, 0, CALL_IF_WATCHED("after"))};
}

gt_timer gt_timer_new(int64_t duration)
{
    return (gt_timer){timer_make(KIND_TIMER, duration, 0, CALL_IF_WATCHED("timer"))};
}

gt_chan gt_tick(int64_t period)
{
    if (period <= 0) {
        errno = EINVAL;
        return (gt_chan){0};
    }
    return (gt_chan){timer_make(KIND_TICK, period, period, CALL_IF_WATCHED("tick"))};
}

gt_ticker gt_ticker_new(int64_t period)
{
    if (period <= 0) {
        errno = EINVAL;
        return (gt_ticker){0};
    }
    return (gt_ticker){timer_make(KIND_TICKER, period, period, CALL_IF_WATCHED("ticker"))};
}

gt_chan gt_timer_chan(gt_timer timer)
{
    return (gt_chan){handle_kind(timer.handle) == KIND_TIMER ? timer.handle : 0};
}

gt_chan gt_ticker_chan(gt_ticker ticker)
{
    return (gt_chan){handle_kind(ticker.handle) == KIND_TICKER ? ticker.handle : 0};
}

/* ---- with a callback ---- */

gt_timer gt_after_func(int64_t duration, void (*function)(void *argument), void *argument)
{
    struct gt_func func = {.function = function, .argument = argument};
    int64_t now = clock_now();

    return func_make(now, clock_after(now, duration), &func, CALL_IF_WATCHED("func"));
}

gt_timer gt_after_func_with(int64_t duration, const struct gt_func *func)
{
    int64_t now = clock_now();

    if (func->flags & ~(unsigned)USER_FLAGS) {
        errno = EINVAL;
        return (gt_timer){0};
    }
    return func_make(now, clock_after(now, duration), func, CALL_IF_WATCHED("func"));
}

/* ---- stop ---- */

/* One that is to be freed with its callback, and has none any more, ends here. */
static bool stop_is_end(const struct timer *timer, int stopped)
{
    return stopped && timer_kind(timer) == KIND_FUNC && timer->flags & GT_AUTOFREE &&
           timer->running == 0;
}

/* Locked; it gives the lock back. */
static void timer_end(struct shard *shard, uint32_t index, struct timer *timer)
{
    struct aftermath aftermath = {0};

    timer_release(shard, index, timer, &aftermath);
    mutex_give(&shard->lock);
    aftermath_settle(&aftermath);
}

static int timers_stop(uint64_t handle, unsigned kinds)
{
    struct shard *shard;
    struct timer *timer = timer_lock(handle, kinds, &shard);

    if (!timer)
        return -ESTALE;
    int stopped = timer_stop(shard, handle_index(handle), timer);
    if (__builtin_expect(stop_is_end(timer, stopped), 0))
        timer_end(shard, handle_index(handle), timer);
    else
        mutex_give(&shard->lock);
    return stopped;
}

int gt_timer_stop(gt_timer timer)
{
    return timers_stop(timer.handle, TIMERS);
}

int gt_ticker_stop(gt_ticker ticker)
{
    int stopped = timers_stop(ticker.handle, TICKERS);

    return stopped < 0 ? stopped : 0;
}

int gt_timer_stop_sync(gt_timer timer)
{
    if (callback_is_mine(timer.handle))
        return -EDEADLK;
    int stopped = timers_stop(timer.handle, TIMERS);
    if (stopped >= 0 && handle_kind(timer.handle) == KIND_FUNC)
        callback_await(timer.handle);
    return stopped;
}

/* ---- reset ---- */

/* `period` is that of a ticker, and 0 for the others; `caller` that of the public function. */
static int timers_reset(uint64_t handle, unsigned kinds, int64_t duration, int64_t period,
                        const void *caller)
{
    uint32_t index = handle_index(handle);
    struct wake_list to_wake = {0};
    int64_t now = clock_now(), deadline = clock_after(now, duration);
    struct shard *shard;
    struct timer *timer = timer_lock(handle, kinds, &shard);

    if (!timer)
        return -ESTALE;
    if (shard == local.shard)
        mutex_court(&shard->lock);
    bool before = timer_drain(timer) || timer->state != TIMER_IDLE;
    if (period)
        timer->period = period;
    watch_armed(index, now, deadline, period, caller);
    bool notice = timer_start(shard, index, timer, now, deadline, &to_wake);
    mutex_give(&shard->lock);
    if (__builtin_expect(notice, 0))
        start_notice(deadline);
    wake_all(&to_wake);
    return before;
}

int gt_timer_reset(gt_timer timer, int64_t duration)
{
    return timers_reset(timer.handle, TIMERS, duration, 0, __builtin_return_address(0));
}

int gt_ticker_reset(gt_ticker ticker, int64_t period)
{
    if (period <= 0)
        return -EINVAL;
    int before = timers_reset(ticker.handle, TICKERS, period, period, __builtin_return_address(0));
    return before < 0 ? before : 0;
}

/* ---- free ---- */

static int timers_free(uint64_t handle, unsigned kinds)
{
    struct shard *shard;
    struct timer *timer = timer_lock(handle, kinds, &shard);

    if (!timer)
        return -ESTALE;
    timer_end(shard, handle_index(handle), timer);
    return 0;
}

int gt_timer_free(gt_timer timer)
{
    return timers_free(timer.handle, TIMERS);
}

int gt_ticker_free(gt_ticker ticker)
{
    return timers_free(ticker.handle, TICKERS);
}

int timer_chan_free(uint64_t handle)
{
    return timers_free(handle, KINDS(KIND_AFTER) | KINDS(KIND_TICK));
}

/* ---- the pool ---- */

/*
 * Timers lie in cells of their own (cells.h): a thread has free ones at hand, all share
 * the rest, and each life has handles of its own. A pool above that would be another list of the
 * same cells, and one whose timers a report could not tell from forgotten ones. So get begins a
 * timer's life and put ends it: one that is never put back is live, at the line of its get.
 */
gt_timer gt_timer_pool_get(int64_t duration)
{
    return (gt_timer){timer_make(KIND_TIMER, duration, 0, CALL_IF_WATCHED("timer"))};
}

int gt_timer_pool_put(gt_timer timer)
{
    return handle_kind(timer.handle) == KIND_FUNC ? -EINVAL : gt_timer_free(timer);
}

/* ---- names ---- */

static int timers_name(uint64_t handle, unsigned kinds, const char *text)
{
    struct shard *shard;
    struct timer *timer = timer_lock(handle, kinds, &shard);

    if (!timer)
        return -ESTALE; /* and no name is used up */
    mutex_give(&shard->lock);
    int number = metrics_name(text);
    if (number < 0)
        return number;
    timer = timer_lock(handle, kinds, &shard);
    if (!timer)
        return -ESTALE;
    if (!(timer->flags & TIMER_UNREPORTED))
        metrics_rename(timer->name, (unsigned)number);
    timer->name = (uint8_t)number;
    watch_named(handle_index(handle), text);
    mutex_give(&shard->lock);
    return 0;
}

int gt_timer_name(gt_timer timer, const char *text)
{
    return timers_name(timer.handle, TIMERS, text);
}

int gt_ticker_name(gt_ticker ticker, const char *text)
{
    return timers_name(ticker.handle, TICKERS, text);
}
