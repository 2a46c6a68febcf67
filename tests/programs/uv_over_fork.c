// library: pc:libuv
// family: libuv
/* A child has its parent's timers, and goes on with them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>
#include "support/timers.h"

static void end_loop(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t both, never;
    int status;

    // expect: libuv held created=1 live=1 armed=1 fired=1 never-released=1
    // expect@child: libuv clean created=0 inherited=1 fired=1 released=1
    uv_timer_init(loop, &both);
    uv_timer_start(&both, end_loop, 20, 0);
    // expect: libuv held created=1 live=1 armed=1 never-fired=1
    // expect@child: libuv held created=0 inherited=1 live=1 never-fired=1
    uv_timer_init(loop, &never);
    uv_timer_start(&never, end_loop, 3600000, 0);
    fflush(stdout);
    if (fork() == 0) {
        uv_loop_fork(loop);
        uv_run(loop, UV_RUN_DEFAULT);
        uv_close((uv_handle_t *)&both, NULL);
        uv_run(loop, UV_RUN_NOWAIT);
        exit(7);
    }
    wait(&status);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
