/*
 * close is a cancellation point: a thread with a pending cancellation ends in it, and the
 * descriptor stays open. The first timer is then closed by main, the second one by nobody.
 */
#include <fcntl.h>
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

static void *close_cancelled(void *fd)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    close((int)(intptr_t)fd);
    return NULL;
}

static void try_to_close(int fd)
{
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, close_cancelled, (void *)(intptr_t)fd);
    pthread_join(thread, &result);
    printf("%s, %s\n", result == PTHREAD_CANCELED ? "cancelled" : "returned",
           fcntl(fd, F_GETFD) < 0 ? "closed" : "open");
}

int main(void)
{
    // expect: timerfd clean created=1 released=1 armed=1 stopped=1
    int closed_later = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect: timerfd held created=1 released=0 armed=1 never-fired=1
    int left_open = timerfd_create(CLOCK_MONOTONIC, 0);
    try_to_close(closed_later);
    try_to_close(left_open);
    arm_timerfd(closed_later, once(AN_HOUR));
    arm_timerfd(left_open, once(AN_HOUR));
    close(closed_later);
    print_process_facts();
    return 0;
}
