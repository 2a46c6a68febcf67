// library: uv.h
// family: libuv
/* As an interpreter does it: one module looks libuv's functions up, another calls them. */
#include <stdio.h>
#include <uv.h>
#include "support/plugins.h"

static void unexpected(uv_timer_t *timer)
{
    (void)timer;
    abort();
}

int main(void)
{
    static uv_timer_t timer;
    int (*run)(void);
    void *plugin = plugin_load("uv_plugin_finds", &run);
    int found = run();
    void **functions = dlsym(plugin, "plugin_found");

    int (*timer_init)(uv_loop_t *, uv_timer_t *) = (int (*)(uv_loop_t *, uv_timer_t *))functions[0];
    int (*timer_start)(uv_timer_t *, uv_timer_cb, uint64_t, uint64_t) =
        (int (*)(uv_timer_t *, uv_timer_cb, uint64_t, uint64_t))functions[1];
    uv_loop_t *(*default_loop)(void) = (uv_loop_t * (*)(void)) functions[2];
    // expect: libuv held created=1 live=1 armed=1 never-fired=1
    int made = timer_init(default_loop(), &timer);
    int started = timer_start(&timer, unexpected, 3600000, 0);
    printf("%d found, %d, %d, loop %d\n", found, made, started, timer.loop == default_loop());
    return 0;
}
