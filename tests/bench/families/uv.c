// library: pc:libuv
/* uv start|make: of a handle that stays; or made and closed as well. */
#include <string.h>
#include <uv.h>

#include "pair.h"

static uv_loop_t loop;
static uv_timer_t timer;

static void unexpected(uv_timer_t *fired)
{
    (void)fired;
    abort();
}

static void start_stop(void)
{
    uv_timer_start(&timer, unexpected, 3600000, 0);
    uv_timer_stop(&timer);
}

static void make_close(void)
{
    uv_timer_init(&loop, &timer);
    start_stop();
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
}

int main(int argc, char **argv)
{
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);
    pair_print(argc > 1 && !strcmp(argv[1], "make") ? make_close : start_stop);
    return 0;
}
