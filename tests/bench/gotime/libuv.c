/* libuv.c - libuv's timers. A closed handle may be freed only after a turn of the loop. */
#include <uv.h>

#include "shots.h"

struct item {
    uv_timer_t *timer;
};

static const bool thread_safe = false;
static uv_loop_t *loop;

static void on_timer(uv_timer_t *timer)
{
    shot_fire((struct shot *)timer->data);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void engine_open(const char *variant)
{
    (void)variant;
    loop = uv_default_loop();
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    item->timer = malloc(sizeof(*item->timer));
    check(item->timer && !uv_timer_init(loop, item->timer), "uv_timer_init");
    item->timer->data = shot;
    uv_timer_start(item->timer, on_timer, milliseconds(duration), 0);
}

static void item_stop(struct item *item)
{
    uv_timer_stop(item->timer);
    uv_close((uv_handle_t *)item->timer, on_closed);
}

static void item_reset(struct item *item, int64_t duration)
{
    uv_timer_start(item->timer, on_timer, milliseconds(duration), 0);
}

static void batch_end(void)
{
    uv_run(loop, UV_RUN_NOWAIT);
}

static void clock_refresh(void)
{
    uv_update_time(loop);
}

static void shots_wait(struct item *items)
{
    (void)items;
    uv_run(loop, UV_RUN_DEFAULT);
}

#include "suites.h"
