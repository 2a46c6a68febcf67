// library: pc:libuv
// family: libuv
/* The callback that is read in one timer and given to another is called there, and after the first
 * got another one. */
#include <stdio.h>
#include <uv.h>
#include "support/timers.h"

static int ones, others;

static void one(uv_timer_t *timer)
{
    (void)timer;
    ones++;
}

static void other(uv_timer_t *timer)
{
    (void)timer;
    others++;
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t first, second, third;
    // expect: libuv held created=1 armed=2 fired=1 never-released=1
    uv_timer_init(loop, &first);
    uv_timer_start(&first, one, 3600000, 0);
    // expect: libuv held created=1 armed=1 fired=1 never-released=1
    uv_timer_init(loop, &second);
    uv_timer_start(&second, first.timer_cb, 1, 0);
    uv_timer_start(&first, other, 1, 0);
    // expect: libuv held created=1 armed=1 fired=1 never-released=1
    uv_timer_init(loop, &third);
    uv_timer_start(&third, first.timer_cb, 1, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("one %d, other %d\n", ones, others);
    return 0;
}
