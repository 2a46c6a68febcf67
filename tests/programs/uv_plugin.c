// library: pc:libuv
// build: -shared -fPIC
/* A plugin that brings libuv with it. */
#include <stdlib.h>
#include <uv.h>

int plugin_run(void);

static void closed(uv_handle_t *handle)
{
    free(handle);
}

static int fired;

static void fire(uv_timer_t *timer)
{
    fired++;
    uv_close((uv_handle_t *)timer, closed);
}

int plugin_run(void)
{
    uv_loop_t *loop = uv_default_loop();
    for (volatile int i = 0; i < 2; i++) {
        uv_timer_t *timer = malloc(sizeof(*timer));
        // expect: libuv clean created=6 armed=6 fired=6 released=6
        uv_timer_init(loop, timer);
        uv_timer_start(timer, fire, 1, 0);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    return fired;
}
