/*
 * timerfd_create is no cancellation point: a thread that is to be cancelled gets its descriptor,
 * also where that starts the recording of a forked child. So does the next one.
 */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/timers.h"
#include "support/transparency.h"

static int work(void)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    // expect@child: timerfd held created=1 live=1 never-armed=1
    int first = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect@child: timerfd held created=1 live=1 never-armed=1
    int second = timerfd_create(CLOCK_MONOTONIC, 0);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    return first >= 0 && second >= 0 ? 7 : 8;
}

int main(void)
{
    int status;
    if (fork() == 0)
        _exit(work());
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    // expect: timerfd clean created=1 released=1
    close(timerfd_create(CLOCK_MONOTONIC, 0));
    print_process_facts();
    return 0;
}
