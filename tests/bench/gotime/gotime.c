/*
 * gotime.c - our own. The variants: "timer" with a channel, "reuse", one such timer per thread that
 * is only stopped and reset, "after", "func" whose callback runs in the executor, "inline" whose
 * callback runs in the thread that fires timers, as in the loops.
 */
#include <errno.h>
#include <string.h>

#include "gotime/gotime.h"
#include "shots.h"

struct item {
    union {
        gt_timer timer;
        gt_chan chan;
    } of;
};

static const bool thread_safe = true;
static bool is_after, is_timer, is_reused;
static unsigned flags;
static __thread gt_timer reused;

static void on_timer(void *shot)
{
    shot_fire((struct shot *)shot);
}

static void engine_open(const char *variant)
{
    is_after = !strcmp(variant, "after");
    is_timer = !strcmp(variant, "timer");
    is_reused = !strcmp(variant, "reuse");
    flags = strcmp(variant, "inline") ? 0 : GT_INLINE;
}

static gt_timer reused_start(int64_t duration)
{
    if (reused.handle)
        gt_timer_reset(reused, duration);
    else
        reused = gt_timer_new(duration);
    return reused;
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    struct gt_func func = {.function = on_timer, .argument = shot, .flags = flags};

    if (is_reused)
        item->of.timer = reused_start(duration);
    else if (is_timer)
        item->of.timer = gt_timer_new(duration);
    else if (is_after)
        item->of.chan = gt_after(duration);
    else
        item->of.timer = gt_after_func_with(duration, &func);
    check(item->of.timer.handle != 0, "a timer of gotime");
}

static void item_stop(struct item *item)
{
    if (is_after) {
        gt_chan_free(item->of.chan);
    } else {
        gt_timer_stop(item->of.timer);
        if (!is_reused)
            gt_timer_free(item->of.timer);
    }
}

static void item_reset(struct item *item, int64_t duration)
{
    gt_timer_reset(item->of.timer, duration);
}

static void batch_end(void)
{
}

static void clock_refresh(void)
{
}

static void shot_wait(struct shot *shot, struct item *item)
{
    if (is_timer)
        gt_chan_recv(gt_timer_chan(item->of.timer), &shot->fired);
    while (!__atomic_load_n(&shot->fired, __ATOMIC_ACQUIRE))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Looks only when all are due, so as not to be in the way. */
static void shots_wait(struct item *items)
{
    int64_t last = 0;

    for (size_t i = 0; i < shots_count; i++)
        last = shots[i].deadline > last ? shots[i].deadline : last;
    while ((int64_t)timing_now() < last)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    for (size_t i = 0; i < shots_count; i++)
        shot_wait(&shots[i], &items[i]);
}

#include "suites.h"
