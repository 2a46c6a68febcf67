// library: pc:libevent_pthreads
// library: pc:libevent
// family: libevent
/* A loop in one thread, and timers that others set, for ever shorter times, and delete. */
#include <event2/thread.h>
#include <pthread.h>
#include "support/libevent.h"

#define THREADS 3
#define TURNS 300

static struct event_base *base;
static int fired[THREADS], once_fired;

static void count_atomically(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    __atomic_fetch_add((int *)argument, 1, __ATOMIC_SEQ_CST);
}

static void await(const int *counter, int enough)
{
    while (__atomic_load_n(counter, __ATOMIC_SEQ_CST) < enough)
        sched_yield();
}

static void *work(void *argument)
{
    int *mine = argument;
    struct timeval at_once = {0, 1};
    for (volatile int turn = 0; turn < TURNS; turn++) {
        // expect: libevent clean created=900 armed=900 fired=900 stopped=0 released=900
        struct event *timer = evtimer_new(base, count_atomically, mine);
        event_add(timer, &at_once);
        await(mine, turn + 1);
        event_free(timer);
    }
    for (volatile int turn = 0; turn < TURNS; turn++) {
        struct event timer;
        evtimer_assign(&timer, base, count_atomically, mine);
        // expect: libevent clean created=900 armed=900 fired=900 stopped=0 released=900
        event_add(&timer, &at_once);
        await(mine, TURNS + turn + 1);
        event_del(&timer);
    }
    for (volatile int turn = 0; turn < TURNS; turn++)
        // expect: libevent clean created=900 armed=900 fired=900 stopped=0 released=900
        event_base_once(base, -1, EV_TIMEOUT, count_atomically, &once_fired, &at_once);
    return NULL;
}

static void *loop(void *argument)
{
    (void)argument;
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
    return NULL;
}

int main(void)
{
    pthread_t looper, threads[THREADS];
    evthread_use_pthreads();
    base = event_base_new();
    pthread_create(&looper, NULL, loop, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, &fired[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    await(&once_fired, THREADS * TURNS);
    event_base_loopbreak(base);
    pthread_join(looper, NULL);
    printf("fired %d %d %d, once %d\n", fired[0], fired[1], fired[2], once_fired);
    event_base_free(base);
    print_process_facts();
    return 0;
}
