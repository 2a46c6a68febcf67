// library: pc:libuv
// family: libuv
/* What callbacks do with their own timers, with others, and with the stack. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include "support/timers.h"

static uv_loop_t loop;
static jmp_buf out;
static int left;

static void closed(uv_handle_t *handle)
{
    free(handle);
}

SITE static uv_timer_t *timer_new(void)
{
    uv_timer_t *timer = malloc(sizeof(*timer));
    // expect: libuv clean created=6 armed=8 fired=6 stopped=3 released=6
    uv_timer_init(&loop, timer);
    return timer;
}

/* As a last call: nobody sees who made it but the library. */
static void close_itself(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, closed);
}

static void second(uv_timer_t *timer)
{
    printf("second\n");
    uv_close((uv_handle_t *)timer, closed);
}

static void start_as_another(uv_timer_t *timer)
{
    printf("first\n");
    uv_timer_start(timer, second, 1, 0);
}

static void start_same_again(uv_timer_t *timer)
{
    if (left++ == 0)
        uv_timer_start(timer, timer->timer_cb, 1, 0);
    else
        close_itself(timer);
}

static void close_another(uv_timer_t *timer)
{
    uv_timer_t *another = uv_handle_get_data((uv_handle_t *)timer);
    uv_close((uv_handle_t *)another, closed);
    uv_close((uv_handle_t *)timer, closed);
}

static void leave(uv_timer_t *timer)
{
    (void)timer;
    longjmp(out, 1);
}

static void unexpected(uv_timer_t *timer)
{
    (void)timer;
    abort();
}

static void stop_by_last_call(uv_idle_t *idle)
{
    uv_timer_stop(uv_handle_get_data((uv_handle_t *)idle));
}

static void finish(uv_handle_t *handle)
{
    uv_close(uv_handle_get_data(handle), closed);
}

int main(void)
{
    uv_timer_t *last, *closer, *waiting;
    uv_idle_t idle;
    uv_loop_init(&loop);
    uv_timer_start(timer_new(), start_as_another, 1, 0);
    uv_timer_start(timer_new(), start_same_again, 1, 0);
    closer = timer_new();
    waiting = timer_new();
    uv_handle_set_data((uv_handle_t *)closer, waiting);
    uv_timer_start(waiting, unexpected, 3600000, 0);
    uv_timer_start(closer, close_another, 2, 0);
    uv_run(&loop, UV_RUN_DEFAULT);

    last = timer_new();
    uv_timer_start(last, leave, 1, 1);
    if (setjmp(out) == 0)
        uv_run(&loop, UV_RUN_DEFAULT);
    else
        printf("left\n");
    uv_close((uv_handle_t *)last, closed);

    waiting = timer_new();
    uv_timer_start(waiting, unexpected, 3600000, 0);
    uv_idle_init(&loop, &idle);
    uv_handle_set_data((uv_handle_t *)&idle, waiting);
    uv_idle_start(&idle, stop_by_last_call);
    uv_run(&loop, UV_RUN_NOWAIT);
    printf("active %d\n", uv_is_active((uv_handle_t *)waiting));
    uv_close((uv_handle_t *)&idle, finish);
    uv_run(&loop, UV_RUN_DEFAULT);
    printf("closed: %s\n", uv_loop_close(&loop) == 0 ? "yes" : "no");
    return 0;
}
