#include "shard.h"

#include <string.h>

#include "clock.h"

struct shard shards[SHARDS];

uint32_t shards_used;

static struct mutex joining; /* taken before any shard's */
static uint32_t joined;      /* threads, so far */

static void shard_begin(struct shard *shard, void (*run)(struct source *source))
{
    shard->source.run = run;
    __atomic_store_n(&shard->wake, INT64_MAX, __ATOMIC_SEQ_CST);
    wheel_begin(&shard->wheel, clock_now());
    __atomic_store_n(&shards_used, shards_used + 1, __ATOMIC_SEQ_CST);
}

struct shard *shard_join(void (*run)(struct source *source))
{
    local_join();
    mutex_take(&joining);
    local.shard = &shards[joined++ % SHARDS];
    if (!local.shard->source.run)
        shard_begin(local.shard, run);
    mutex_give(&joining);
    return local.shard;
}

static enum ready_list ready_list_of(const struct timer *timer)
{
    return timer->flags & GT_INLINE ? READY_INLINE : READY_EXECUTOR;
}

void ready_append(struct shard *shard, uint32_t index, struct timer *timer)
{
    enum ready_list list = ready_list_of(timer);
    uint32_t last = shard->ready[list].last;

    timer->state = TIMER_READY;
    timer->next = 0;
    timer->prev = last;
    *(last ? &timer_cell(last)->next : &shard->ready[list].first) = index;
    shard->ready[list].last = index;
}

void ready_remove(struct shard *shard, const struct timer *timer)
{
    enum ready_list list = ready_list_of(timer);

    *(timer->prev ? &timer_cell(timer->prev)->next : &shard->ready[list].first) = timer->next;
    *(timer->next ? &timer_cell(timer->next)->prev : &shard->ready[list].last) = timer->prev;
}

uint32_t ready_pop(struct shard *shard, enum ready_list list)
{
    uint32_t index = shard->ready[list].first;

    if (index)
        timer_withdraw(shard, timer_cell(index));
    return index;
}

/* ---- all shards ---- */

struct metrics_counts timers_counts(void)
{
    struct metrics_counts total = {0};

    shards_lock();
    for (uint32_t i = 0; i < shards_used; i++)
        for (int counter = 0; counter < METRICS_COUNTERS; counter++)
            total.of[counter] += shards[i].counts.of[counter];
    shards_unlock();
    return total;
}

void shards_lock(void)
{
    mutex_take(&joining);
    for (uint32_t i = 0; i < shards_used; i++)
        mutex_take(&shards[i].lock);
}

void shards_unlock(void)
{
    for (uint32_t i = 0; i < shards_used; i++)
        mutex_give(&shards[i].lock);
    mutex_give(&joining);
}

size_t shards_waiting(void)
{
    size_t waiting = 0;

    for (uint32_t i = 0; i < shards_used; i++)
        waiting += shards[i].waiting;
    return waiting;
}

bool shards_ready(void)
{
    bool ready = false;

    for (uint32_t i = 0; i < shards_used; i++)
        for (int list = 0; list < READY_LISTS; list++)
            ready |= shards[i].ready[list].first != 0;
    return ready;
}

void shards_begin(int64_t now)
{
    for (uint32_t i = 0; i < shards_used; i++) {
        wheel_begin(&shards[i].wheel, now);
        __atomic_store_n(&shards[i].wake, INT64_MAX, __ATOMIC_SEQ_CST);
    }
}

void shards_end(void)
{
    memset(shards, 0, shards_used * sizeof(shards[0]));
    shards_used = joined = 0;
    joining = (struct mutex){0};
    local.shard = NULL;
}

/* ---- for tests ---- */

static const char *ready_check(const struct shard *shard, enum ready_list list)
{
    uint32_t prev = 0;

    for (uint32_t index = shard->ready[list].first; index; index = timer_cell(index)->next) {
        const struct timer *timer = timer_cell(index);

        if (timer->prev != prev || ready_list_of(timer) != list || timer->state != TIMER_READY)
            return "a list of callbacks that are due is broken";
        prev = index;
    }
    return shard->ready[list].last == prev ? NULL : "a list of callbacks has lost its end";
}

const char *shard_check(struct shard *shard)
{
    size_t timers = 0;
    const char *wrong = wheel_check(&shard->wheel, &timers);

    for (int list = 0; list < READY_LISTS && !wrong; list++)
        wrong = ready_check(shard, list);
    if (!wrong && timers != shard->waiting)
        wrong = "the shard has lost count of the timers that wait";
    return wrong;
}

/* ---- a timer given back ---- */

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

/* ---- its port ---- */

struct mutex *timer_lock_of(uint64_t handle)
{
    struct timer *timer = timer_behind(handle);

    return timer ? &shard_of(timer)->lock : &shards[0].lock;
}

struct port *timer_port(uint64_t handle)
{
    struct timer *timer = timer_behind(handle);

    return timer && handle_kind(handle) != KIND_FUNC && timer_is(timer, handle) ? &timer->port
                                                                                : NULL;
}
