#include "start.h"

#include <errno.h>

#include "clock.h"
#include "engine.h"
#include "fire.h"
#include "watch.h"

/* ---- a timer without a life ---- */

/* What a new timer is, before anybody else can see it. */
struct draft {
    uint32_t index;
    struct timer *timer;
    struct shard *shard;
    uint64_t handle;
};

static INLINED bool draft_make(struct draft *draft, enum kind kind)
{
    int error = engine_ready();

    draft->shard = local.shard ? local.shard : shard_join(callback_run_source);
    draft->index = error ? 0 : cells_take(CELLS_TIMER);
    if (!draft->index) {
        errno = error ? -error : ENOMEM;
        return false;
    }
    draft->timer = timer_cell(draft->index);
    draft->handle = handle_make(kind, draft->index, cell_generation(draft->timer));
    draft->timer->tag = (uint32_t)(draft->handle >> 32);
    draft->timer->state = TIMER_IDLE;
    draft->timer->name = 0;
    draft->timer->flags = 0;
    /* Who sees this shard sees the generation, too: handles of former lives are stale already. */
    __atomic_store_n(&draft->timer->shard, (uint8_t)(draft->shard - shards), __ATOMIC_RELEASE);
    return true;
}

/* ---- starting ---- */

/* Where it waits already it may stay if the deadline is put off: see wheel.h. */
static bool timer_await(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                        int64_t deadline)
{
    if (timer->state == TIMER_WAITING && deadline >= timer->deadline) {
        timer->deadline = deadline;
        return clock_mocked();
    }
    timer_withdraw(shard, timer);
    timer->deadline = deadline;
    return timer_wait(shard, index, timer, now) || clock_mocked();
}

bool timer_start(struct shard *shard, uint32_t index, struct timer *timer, int64_t now,
                 int64_t deadline, struct wake_list *to_wake)
{
    if (__builtin_expect(deadline > now || timer_kind(timer) == KIND_FUNC, 1))
        return timer_await(shard, index, timer, now, deadline);
    timer_withdraw(shard, timer);
    timer->deadline = deadline;
    timer_fire(shard, index, timer, now, to_wake);
    return false;
}

void start_notice(int64_t deadline)
{
    if (clock_mocked())
        clock_notice();
    else
        engine_notice(deadline);
}

/* Nobody can wait for it yet. */
static INLINED uint64_t draft_start(struct draft *draft, int64_t now, int64_t deadline)
{
    struct shard *shard = draft->shard;
    struct wake_list nobody = {0};

    mutex_take(&shard->lock);
    mutex_court(&shard->lock);
    timer_count(shard, draft->timer, METRICS_CREATED, 1);
    bool notice = timer_start(shard, draft->index, draft->timer, now, deadline, &nobody);
    mutex_give(&shard->lock);
    if (__builtin_expect(notice, 0))
        start_notice(deadline);
    return draft->handle;
}

/* ---- making ---- */

uint64_t timer_make(enum kind kind, int64_t duration, int64_t period,
                    const struct timerleak_call *call)
{
    struct draft draft;

    if (!draft_make(&draft, kind))
        return 0;
    draft.timer->port = (struct port){0};
    draft.timer->period = period;
    int64_t now = clock_now(), deadline = clock_after(now, duration);
    struct timerleak_birth birth = {.call = call, .handle = draft.handle};
    if (call)
        watch_started(draft.index, &birth, now, deadline, period);
    return draft_start(&draft, now, deadline);
}

gt_timer func_make(int64_t now, int64_t deadline, const struct gt_func *func,
                   const struct timerleak_call *call)
{
    int name = func->function ? metrics_name(func->name) : -EINVAL;
    struct draft draft;

    if (name < 0)
        errno = -name;
    if (name < 0 || !draft_make(&draft, KIND_FUNC))
        return (gt_timer){0};
    draft.timer->name = (uint8_t)name;
    draft.timer->flags = (uint8_t)func->flags;
    draft.timer->function = func->function;
    draft.timer->argument = func->argument;
    draft.timer->destroy = func->destroy;
    draft.timer->running = 0;
    struct timerleak_birth birth = {
        .call = call, .handle = draft.handle, .retained = func->retained, .name = func->name};
    if (call)
        watch_started(draft.index, &birth, now, deadline, 0);
    return (gt_timer){draft_start(&draft, now, deadline)};
}

gt_timer timer_make_func(int64_t deadline, const struct gt_func *func,
                         const struct timerleak_call *call)
{
    return func_make(clock_now(), deadline, func, call);
}

gt_timer timer_internal(int64_t deadline, void (*function)(void *argument), void *argument)
{
    struct gt_func func = {
        .function = function, .argument = argument, .flags = GT_INLINE | TIMER_UNREPORTED};

    return timer_make_func(deadline, &func, NULL);
}
