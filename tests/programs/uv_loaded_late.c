// library: uv.h
// family: libuv
/* A program that gets libuv by dlopen(), for itself alone, and its functions by dlsym(). */
#include <dlfcn.h>
#include <stdio.h>
#include <uv.h>
#include "support/timers.h"

static int ticks;

static int (*timer_stop)(uv_timer_t *);

static void tick(uv_timer_t *timer)
{
    if (++ticks == 3)
        timer_stop(timer);
}

int main(void)
{
    uv_timer_t ticker, idle;
    void *libuv;

    printf("before: %p\n", dlsym(RTLD_DEFAULT, "uv_timer_init"));
    libuv = dlopen("libuv.so.1", RTLD_NOW | RTLD_LOCAL);
    printf("after: %p\n", dlsym(RTLD_DEFAULT, "uv_timer_init"));
    printf("next: %p\n", dlsym(RTLD_NEXT, "uv_timer_init"));
    printf("none: %p\n", dlsym(libuv, "uv_timer_that_is_not"));

    int (*timer_init)(uv_loop_t *, uv_timer_t *) = dlsym(libuv, "uv_timer_init");
    int (*timer_start)(uv_timer_t *, uv_timer_cb, uint64_t, uint64_t) =
        dlsym(libuv, "uv_timer_start");
    uv_loop_t *(*default_loop)(void) = dlsym(libuv, "uv_default_loop");
    int (*run)(uv_loop_t *, uv_run_mode) = dlsym(libuv, "uv_run");
    timer_stop = dlsym(libuv, "uv_timer_stop");

    // expect: libuv held created=1 live=1 armed=1 fired=3 stopped=1 never-released=1
    timer_init(default_loop(), &ticker);
    timer_start(&ticker, tick, 1, 1);
    // expect: libuv held created=1 live=1 never-armed=1
    timer_init(default_loop(), &idle);
    run(default_loop(), UV_RUN_DEFAULT);
    printf("%d\n", ticks);
    return 0;
}
