/* Threads are cancelled while they wait in read; their clean-up handlers close the timers. */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

static void close_it(void *fd)
{
    close((int)(intptr_t)fd);
}

static void *wait_for_ever(void *unused)
{
    // expect: timerfd clean created=10 released=10 armed=10 fired=0 stopped=10
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    pthread_cleanup_push(close_it, (void *)(intptr_t)fd);
    arm_timerfd(fd, once(AN_HOUR));
    expirations(fd);
    pthread_cleanup_pop(1);
    return unused;
}

int main(void)
{
    int cancelled = 0;
    for (int i = 0; i < 10; i++) {
        pthread_t thread;
        void *result;
        pthread_create(&thread, NULL, wait_for_ever, NULL);
        let_pass(2);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        cancelled += result == PTHREAD_CANCELED;
    }
    printf("cancelled %d\n", cancelled);
    print_process_facts();
    return 0;
}
