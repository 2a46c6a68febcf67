// library: pc:libuv
// family: libuv
/* A timeout for each request that is stopped when the answer comes, and never closed. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include "support/timers.h"

#define REQUESTS 400

static uv_loop_t loop;
static int requests, open_ones;
static uv_timer_t *waiting;

static void too_late(uv_timer_t *timer)
{
    (void)timer;
    abort();
}

static void closed(uv_handle_t *handle)
{
    open_ones--;
    free(handle);
}

SITE static uv_timer_t *request_begin(void)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    // expect: libuv leak created=400 live=400 armed=400 stopped=400 never-released=400
    uv_timer_init(&loop, timer);
    uv_timer_start(timer, too_late, 60000, 0);
    return timer;
}

SITE static void request_is_careful(void)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    // expect: libuv clean created=400 armed=400 stopped=400 released=400
    uv_timer_init(&loop, timer);
    uv_timer_start(timer, too_late, 60000, 0);
    open_ones++;
    uv_close((uv_handle_t *)timer, closed);
}

/* Some milliseconds, so that there is something to judge by. */
static void turn(uv_timer_t *ticker)
{
    if (waiting)
        uv_timer_stop(waiting);
    waiting = request_begin();
    request_is_careful();
    if (++requests == REQUESTS) {
        uv_timer_stop(waiting);
        uv_close((uv_handle_t *)ticker, NULL);
    }
}

int main(void)
{
    uv_timer_t ticker;
    uv_loop_init(&loop);
    // expect: libuv clean created=1 armed=1 fired=400 stopped=1 released=1
    uv_timer_init(&loop, &ticker);
    uv_timer_start(&ticker, turn, 0, 1);
    uv_run(&loop, UV_RUN_DEFAULT);
    printf("%d requests, %d open\n", requests, open_ones);
    return 0;
}
