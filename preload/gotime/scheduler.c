/*
 * The scheduler: tasks in a heap by the time of their next run, one timer for the first of them.
 * The timer's callback hands what is due to the executor.
 *
 * Order: the scheduler's lock, then that of the timer's shard. The shim is told without it.
 */

#include <errno.h>
#include <stddef.h>

#include "clock.h"
#include "executor.h"
#include "gotime.h"
#include "metrics.h"
#include "parts.h"
#include "task.h"
#include "timer.h"
#include "watch.h"

static void task_run_next(struct source *source);

static struct {
    struct mutex lock;
    gt_timer timer;
    int64_t timer_due; /* GT_NEVER: it is stopped */
    struct ring ready; /* longest first */
    struct source source;
} scheduler = {
    .timer_due = GT_NEVER,
    .ready = {&scheduler.ready, &scheduler.ready},
    .source = {.run = task_run_next},
};

static __thread uint32_t running; /* the task that this thread runs; 0: none */

const char *scheduler_check(void)
{
    mutex_take(&scheduler.lock);
    const char *wrong = heap_check();
    if (!wrong && scheduler.timer_due > (heap_count ? heap_due(1) : GT_NEVER))
        wrong = "the timer fires after the first task is due";
    mutex_give(&scheduler.lock);
    return wrong;
}

/* ---- time ---- */

/* After any change of the heap. Under the lock, or two of them could overtake each other. */
static void timer_adjust(void)
{
    int64_t due = heap_count ? heap_due(1) : GT_NEVER;

    if (due == scheduler.timer_due)
        return;
    scheduler.timer_due = due;
    if (due == GT_NEVER)
        gt_timer_stop(scheduler.timer);
    else
        gt_timer_reset(scheduler.timer, due - clock_now());
}

/* To the first of its turns that is yet to come. */
static void task_advance(struct task *task, int64_t now)
{
    int64_t missed = (now - task->due) / task->period;

    task->due = clock_after(task->due + missed * task->period, task->period);
    heap_move(task->index);
}

/* In the thread that fires timers. A task that has not ended its last run misses this turn. */
static void tasks_post(void *unused)
{
    int64_t now = clock_now();
    size_t posted = 0;

    (void)unused;
    mutex_take(&scheduler.lock);
    while (heap_count && heap_due(1) <= now) {
        struct task *task = task_at(heap_at(1));

        task_advance(task, now);
        if (task->state != TASK_WAITS)
            continue;
        task->state = TASK_READY;
        ring_add(&scheduler.ready, &task->ready);
        posted++;
    }
    scheduler.timer_due = GT_NEVER;
    timer_adjust();
    mutex_give(&scheduler.lock);
    if (posted)
        executor_post(&scheduler.source, posted);
}

/* ---- a run ---- */

/* NULL if what was posted has been stopped since. */
static struct task *task_begin(void)
{
    struct task *task = NULL;

    mutex_take(&scheduler.lock);
    struct ring *first = scheduler.ready.next;
    if (first != &scheduler.ready) {
        task = (struct task *)((char *)first - offsetof(struct task, ready));
        ring_remove(first);
        task->state = TASK_RUNS;
    }
    mutex_give(&scheduler.lock);
    return task;
}

/* Who waits for it finds it at rest, and gives the cell back; otherwise it is done here. */
static void task_end(struct task *task)
{
    mutex_take(&scheduler.lock);
    bool awaited = task->awaited;
    __atomic_store_n(&task->state, TASK_WAITS, __ATOMIC_RELAXED);
    if (task->stopped && !awaited)
        cells_give(CELLS_TASK, task->index);
    mutex_give(&scheduler.lock);
    if (awaited)
        futex_wake(&task->state, 1);
}

static void task_run_next(struct source *source)
{
    struct task *task = task_begin();

    (void)source;
    if (!task)
        return;
    if (watched())
        timerleak_ledger.fired(task->reference, 1);
    metrics_started(0);
    int64_t begun = clock_now();
    running = task->index;
    task->function(task->argument);
    if (!running)
        return; /* in a child that the task has forked: there is no task */
    running = 0;
    metrics_latency(0, clock_now() - begun);
    task_end(task);
}

/* ---- the public functions ---- */

/* Locked; NULL, without a lock, if it is stale. */
static struct task *task_find(gt_task handle)
{
    struct task *task =
        handle_kind(handle.handle) == KIND_TASK ? task_at(handle_index(handle.handle)) : NULL;

    if (!task)
        return NULL;
    mutex_take(&scheduler.lock);
    if (cell_generation(task) == handle_generation(handle.handle))
        return task;
    mutex_give(&scheduler.lock);
    return NULL;
}

/* False, and errno, if there is none to be had. */
static bool timer_ready(void)
{
    mutex_take(&scheduler.lock);
    if (!scheduler.timer.handle) {
        scheduler.timer = timer_internal(GT_NEVER, tasks_post, NULL);
        gt_timer_stop(scheduler.timer);
    }
    bool known = scheduler.timer.handle != 0;
    mutex_give(&scheduler.lock);
    return known;
}

/* The shim is told of a task before it can run. */
static gt_task task_announce(struct task *task, int64_t now, const struct timerleak_call *call)
{
    gt_task handle = {handle_make(KIND_TASK, task->index, cell_generation(task))};
    struct timerleak_birth birth = {.call = call, .handle = handle.handle};

    if (watched())
        task->reference = watch_born(&birth, now, task->due, task->period);
    return handle;
}

gt_task gt_scheduler_start(int64_t period, void (*function)(void *argument), void *argument)
{
    uint32_t index;

    if (period <= 0 || !function) {
        errno = EINVAL;
        return (gt_task){0};
    }
    if (!timer_ready() || !(index = cells_take(CELLS_TASK)))
        return (gt_task){0};
    struct task *task = task_at(index);
    int64_t now = clock_now();
    task->index = index;
    task->state = TASK_WAITS;
    task->stopped = task->awaited = false;
    ring_init(&task->ready);
    task->period = period;
    task->due = clock_after(now, period);
    task->function = function;
    task->argument = argument;
    gt_task handle = task_announce(task, now, CALL_IF_WATCHED("task"));
    mutex_take(&scheduler.lock);
    heap_add(index);
    timer_adjust();
    mutex_give(&scheduler.lock);
    return handle;
}

/* Locked, and so afterwards. False if it is this thread that runs it. */
static bool task_await(struct task *task)
{
    if (task->state != TASK_RUNS)
        return true;
    task->stopped = true;
    if (running == task->index)
        return false;
    task->awaited = true;
    while (task->state == TASK_RUNS) {
        mutex_give(&scheduler.lock);
        futex_wait(&task->state, TASK_RUNS);
        mutex_take(&scheduler.lock);
    }
    return true;
}

int gt_scheduler_stop(gt_task handle)
{
    struct task *task = task_find(handle);

    if (!task)
        return -ESTALE;
    cell_age(task);
    heap_remove(task->index);
    timer_adjust();
    ring_remove(&task->ready);
    uint64_t reference = task->reference;
    bool ended = task_await(task);
    if (ended)
        cells_give(CELLS_TASK, handle_index(handle.handle));
    mutex_give(&scheduler.lock);
    if (watched())
        timerleak_ledger.released(reference);
    return ended ? 0 : -EDEADLK;
}

int gt_scheduler_reset(gt_task handle, int64_t period)
{
    int64_t now = clock_now(), due = clock_after(now, period);

    if (period <= 0)
        return -EINVAL;
    struct task *task = task_find(handle);
    if (!task)
        return -ESTALE;
    task->period = period;
    task->due = due;
    heap_move(task->index);
    timer_adjust();
    uint64_t reference = task->reference;
    mutex_give(&scheduler.lock);
    watch_reference_armed(reference, now, due, period, __builtin_return_address(0));
    return 0;
}

/* ---- fork and the end ---- */

void scheduler_lock(void)
{
    mutex_take(&scheduler.lock);
}

void scheduler_unlock(void)
{
    mutex_give(&scheduler.lock);
}

/* What is posted is the executor's to forget. */
void scheduler_end(void)
{
    cells_end(CELLS_TASK);
    heap_count = 0;
    scheduler.timer.handle = 0;
    scheduler.timer_due = GT_NEVER;
    ring_init(&scheduler.ready);
}

void scheduler_renew(void)
{
    running = 0;
    scheduler_end();
    mutex_give(&scheduler.lock);
}
