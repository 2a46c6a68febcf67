// library: pc:libuv
// family: libuv
/* A loop for each of four threads, and timers that one thread leaves to the next. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>
#include "support/timers.h"

#define THREADS 4
#define TIMERS 500

static void closed(uv_handle_t *handle)
{
    free(handle);
}

static void fire(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, closed);
}

static void *work(void *unused)
{
    uv_loop_t loop;
    (void)unused;
    uv_loop_init(&loop);
    for (volatile int i = 0; i < TIMERS; i++) {
        uv_timer_t *timer = malloc(sizeof(*timer));
        // expect: libuv clean created=2000 armed=4000 fired=2000 released=2000
        uv_timer_init(&loop, timer);
        uv_timer_start(timer, fire, 3600000, 0);
        uv_timer_start(timer, fire, 1, 0);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? NULL : "busy";
}

int main(void)
{
    pthread_t threads[THREADS];
    int failed = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        failed += result != NULL;
    }
    printf("%d failed\n", failed);
    return 0;
}
