// library: pc:libuv
// family: libuv
/* More callbacks than have anything stand in for them: all are called. That the others fired once
 * is seen by what they came to. */
#include <stdio.h>
#include <uv.h>
#include "support/timers.h"
#include "families/wrap/trampolines.h"

#define MANY (TRAMPOLINES + 16)
#define EACH_CALLBACK(X) EACH_TRAMPOLINE(X) TRAMPOLINE_ROW(X, 10)

static uv_timer_t timers[MANY];
static int fired[MANY];

#define FIRED(n)                                                                                   \
    static void fired_##n(uv_timer_t *timer)                                                       \
    {                                                                                              \
        fired[0x##n] += timer == &timers[0x##n];                                                   \
    }
EACH_CALLBACK(FIRED)

#define NAMED(n) fired_##n,
static const uv_timer_cb callbacks[] = {EACH_CALLBACK(NAMED)};

static void run_all(uv_loop_t *loop)
{
    for (int i = 0; i < MANY; i++)
        uv_timer_start(&timers[i], callbacks[i], 1, 0);
    uv_run(loop, UV_RUN_DEFAULT);
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    int all = 0;
    for (volatile int i = 0; i < MANY - 1; i++)
        // expect: libuv clean created=271 armed=813 fired=813 stopped=0 released=271
        uv_timer_init(loop, &timers[i]);
    // expect: libuv held created=1 armed=3 fired=3 stopped=0 released=0 never-released=1
    uv_timer_init(loop, &timers[MANY - 1]);
    run_all(loop);
    run_all(loop);
    for (int i = 0; i < MANY; i++)
        uv_timer_stop(&timers[i]);
    run_all(loop);
    for (int i = 0; i < MANY - 1; i++)
        uv_close((uv_handle_t *)&timers[i], NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    for (int i = 0; i < MANY; i++)
        all += fired[i] == 3;
    printf("all: %d\n", all == MANY);
    return 0;
}
