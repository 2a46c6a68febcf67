// library: pc:libuv
// family: libuv
/* Handles whose memory is freed, or is used for something else, while libuv has them in its heap.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include "support/timers.h"

static void unexpected(uv_timer_t *timer)
{
    (void)timer;
    abort();
}

SITE static void forget(uv_loop_t *loop)
{
    uv_timer_t on_stack; /* as main()'s own may be in the end: nothing is said of it */
    // expect: libuv held created=1 live=1 armed=1 never-fired=1
    uv_timer_init(loop, &on_stack);
    uv_timer_start(&on_stack, unexpected, 3600000, 0);
}

SITE static void overwrite_stack(void)
{
    volatile char bytes[4096];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
}

int main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t *freed = malloc(sizeof(*freed)), *good = malloc(sizeof(*good));
    static uv_timer_t twice, other;

    // expect: libuv held created=1 live=1 armed=1 never-fired=1
    uv_timer_init(loop, good);
    uv_timer_start(good, unexpected, 3600000, 0);

    // expect: libuv held created=1 live=1 armed=1 never-fired=1 overwritten=1
    uv_timer_init(loop, freed);
    uv_timer_start(freed, unexpected, 3600000, 0);
    free(freed);

    // expect: libuv held created=1 live=1 armed=1 never-fired=1 overwritten=1
    uv_timer_init(loop, &twice);
    uv_timer_start(&twice, unexpected, 3600000, 0);
    // expect: libuv held created=1 live=1 never-armed=1
    uv_timer_init(loop, &twice);

    // expect: libuv held created=1 live=1 armed=1 never-fired=1 overwritten=1
    uv_timer_init(loop, &other);
    uv_timer_start(&other, unexpected, 3600000, 0);
    uv_idle_init(loop, (uv_idle_t *)&other);

    forget(loop);
    overwrite_stack();
    printf("nobody runs the loop\n");
    return 0;
}
