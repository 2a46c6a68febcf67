// library: pc:libuv
// family: libuv
/* Exceptions that leave a callback, and the loop with it. */
#include <cstdio>
#include <cstdlib>
#include <uv.h>

static uv_loop_t loop;

static void closed(uv_handle_t *handle)
{
    delete reinterpret_cast<uv_timer_t *>(handle);
}

static void throws(uv_timer_t *timer)
{
    throw timer;
}

int main()
{
    uv_loop_init(&loop);
    for (volatile int i = 0; i < 3; i++) {
        uv_timer_t *timer = new uv_timer_t;
        // expect: libuv clean created=3 armed=3 fired=3 stopped=3 released=3
        uv_timer_init(&loop, timer);
        uv_timer_start(timer, throws, 1, 1);
        try {
            uv_run(&loop, UV_RUN_DEFAULT);
        } catch (uv_timer_t *thrower) {
            std::printf("thrown %d\n", thrower == timer);
        }
        uv_close(reinterpret_cast<uv_handle_t *>(timer), closed);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    std::printf("closed: %s\n", uv_loop_close(&loop) == 0 ? "yes" : "no");
    return 0;
}
