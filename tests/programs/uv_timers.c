// library: pc:libuv
// family: libuv
/* The states of libuv's timers, in a loop that ends by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include "support/timers.h"

static int ticks, others;

static void closed(uv_handle_t *handle)
{
    free(handle);
}

static void tick(uv_timer_t *timer)
{
    if (++ticks == 5)
        uv_close((uv_handle_t *)timer, closed);
}

static void nothing(uv_timer_t *timer)
{
    (void)timer;
    others++;
}

SITE static uv_timer_t *timer_new(uv_loop_t *loop)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    // expect: libuv clean created=1 armed=1 fired=5 stopped=1 released=1
    uv_timer_init(loop, timer);
    return timer;
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t once, never, idle, stopped;

    uv_timer_start(timer_new(loop), tick, 1, 1);
    // expect: libuv held created=1 live=1 armed=1 fired=1 never-released=1
    uv_timer_init(loop, &once);
    uv_timer_start(&once, nothing, 2, 0);
    // expect: libuv held created=1 live=1 armed=1 never-fired=1
    uv_timer_init(loop, &never);
    uv_timer_start(&never, nothing, 3600000, 0);
    uv_unref((uv_handle_t *)&never);
    // expect: libuv held created=1 live=1 never-armed=1
    uv_timer_init(loop, &idle);
    // expect: libuv held created=1 live=1 armed=2 stopped=1 never-released=1
    uv_timer_init(loop, &stopped);
    uv_timer_start(&stopped, nothing, 1000, 1000);
    uv_timer_start(&stopped, nothing, 3600000, 0);
    printf("repeats %d, active %d\n", (int)uv_timer_get_repeat(&stopped),
           uv_is_active((uv_handle_t *)&stopped));
    uv_timer_stop(&stopped);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%d %d\n", ticks, others);
    return 0;
}
