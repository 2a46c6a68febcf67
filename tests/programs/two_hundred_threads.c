/* Two hundred threads make, arm and end timers of both kinds at the same time. */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

#define THREADS 200

static pthread_barrier_t all_there;

static void *work(void *unused)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    pthread_barrier_wait(&all_there);
    for (int turn = 0; turn < 10; turn++) {
        timer_t timer;
        // expect: posix clean created=2000 released=2000 armed=2000 fired=0 stopped=2000
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        arm_timer(timer, once(AN_HOUR));
        // expect: timerfd clean created=2000 released=2000 armed=2000 fired=0 stopped=2000
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        fail_if(timer_delete(timer), "timer_delete");
        fail_if(close(fd), "close");
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    pthread_barrier_init(&all_there, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        fail_if(pthread_create(&threads[i], &small, work, NULL), "pthread_create");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%d threads\n", THREADS);
    print_process_facts();
    return 0;
}
