// library: pc:libuv
// family: libuv
/* More callbacks than have anything stand in for them: all are called. That the others fired once
 * is seen by what they came to. */
#include <stdio.h>
#include <uv.h>
#include "support/timers.h"
#include "support/callbacks.h"

static uv_timer_t timers[MANY_CALLBACKS];
static int fired[MANY_CALLBACKS];

#define FIRED(n)                                                                                   \
    static void fired_##n(uv_timer_t *timer)                                                       \
    {                                                                                              \
        fired[n] += timer == &timers[n];                                                           \
    }
EACH_CALLBACK(FIRED)

#define NAMED(n) fired_##n,
static const uv_timer_cb callbacks[] = {EACH_CALLBACK(NAMED)};

static void run_all(uv_loop_t *loop)
{
    for (int i = 0; i < MANY_CALLBACKS; i++)
        uv_timer_start(&timers[i], callbacks[i], 1, 0);
    uv_run(loop, UV_RUN_DEFAULT);
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    int all = 0;
    for (volatile int i = 0; i < MANY_CALLBACKS; i++)
        // expect: libuv held created=512 armed=1536 fired=1536 stopped=0 released=511
        // never-released=1
        uv_timer_init(loop, &timers[i]);
    run_all(loop);
    run_all(loop);
    for (int i = 0; i < MANY_CALLBACKS; i++)
        uv_timer_stop(&timers[i]);
    run_all(loop);
    for (int i = 0; i < MANY_CALLBACKS - 1; i++)
        uv_close((uv_handle_t *)&timers[i], NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    for (int i = 0; i < MANY_CALLBACKS; i++)
        all += fired[i] == 3;
    printf("all: %d\n", all == MANY_CALLBACKS);
    return 0;
}
