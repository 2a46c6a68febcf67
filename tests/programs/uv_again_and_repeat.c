// library: pc:libuv
// family: libuv
/* Repeating timers that are pushed off and given other periods; what libuv says of them stays. */
#include <stdio.h>
#include <uv.h>
#include "support/timers.h"

static int ticks;

static void tick(uv_timer_t *timer)
{
    printf("tick %d, repeat %d\n", ++ticks, (int)uv_timer_get_repeat(timer));
    if (ticks == 2)
        uv_timer_set_repeat(timer, 0);
    if (ticks == 3)
        uv_close((uv_handle_t *)timer, NULL);
}

static void unexpected(uv_timer_t *timer)
{
    (void)timer;
    printf("unexpected\n");
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t ticker, idle, watchdog;

    // expect: libuv clean created=1 armed=2 fired=3 released=1
    uv_timer_init(loop, &ticker);
    uv_timer_start(&ticker, tick, 1, 1);

    // expect: libuv held created=1 live=1 never-armed=1
    uv_timer_init(loop, &idle);
    printf("again without a callback: %s\n", uv_err_name(uv_timer_again(&idle)));
    printf("start without one: %s\n", uv_err_name(uv_timer_start(&idle, NULL, 1, 0)));

    // expect: libuv held created=1 live=1 armed=4 never-fired=1
    uv_timer_init(loop, &watchdog);
    uv_timer_start(&watchdog, unexpected, 3600000, 3600000);
    uv_timer_again(&watchdog);
    uv_timer_again(&watchdog);
    uv_timer_set_repeat(&watchdog, 7200000);
    printf("due in an hour: %d\n", uv_timer_get_due_in(&watchdog) <= 3600000);
    uv_unref((uv_handle_t *)&watchdog);
    uv_run(loop, UV_RUN_DEFAULT);

    return 0;
}
