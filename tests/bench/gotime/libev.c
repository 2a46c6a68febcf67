/* libev.c - libev's timers. */
#include <ev.h>

#include "shots.h"

struct item {
    ev_timer *timer;
};

static const bool thread_safe = false;
static struct ev_loop *loop;

static void on_timer(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)of;
    (void)events;
    shot_fire((struct shot *)timer->data);
}

static void engine_open(const char *variant)
{
    (void)variant;
    loop = ev_default_loop(0);
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    item->timer = malloc(sizeof(*item->timer));
    check(item->timer != NULL, "malloc");
    ev_timer_init(item->timer, on_timer, (double)duration / 1e9, 0.);
    item->timer->data = shot;
    ev_timer_start(loop, item->timer);
}

static void item_stop(struct item *item)
{
    ev_timer_stop(loop, item->timer);
    free(item->timer);
}

static void item_reset(struct item *item, int64_t duration)
{
    item->timer->repeat = (double)duration / 1e9;
    ev_timer_again(loop, item->timer);
}

static void batch_end(void)
{
}

static void clock_refresh(void)
{
    ev_now_update(loop);
}

static void shots_wait(struct item *items)
{
    (void)items;
    ev_run(loop, 0);
}

#include "suites.h"
