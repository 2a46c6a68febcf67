// library: pc:libuv
// family: libuv
/* Thousands of timers at once, twice: more than any table that is not made to grow. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include "support/timers.h"

#define TIMERS 10000

static int fired, closed_ones;

static void closed(uv_handle_t *handle)
{
    closed_ones++;
    free(handle);
}

static void fire(uv_timer_t *timer)
{
    fired++;
    uv_close((uv_handle_t *)timer, closed);
}

SITE static void timer_begin(uv_loop_t *loop, int i)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    // expect: libuv clean created=20000 peak=5000 armed=20000 fired=10000 stopped=10000
    // released=20000
    uv_timer_init(loop, timer);
    uv_timer_start(timer, fire, i % 2 ? 1 : 3600000, 0);
    if (i % 2 == 0)
        uv_close((uv_handle_t *)timer, closed);
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    for (volatile int round = 0; round < 2; round++) {
        for (volatile int i = 0; i < TIMERS; i++)
            timer_begin(loop, i);
        uv_run(loop, UV_RUN_DEFAULT);
    }
    printf("%d fired, %d closed\n", fired, closed_ones);
    return 0;
}
