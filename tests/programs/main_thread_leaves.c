/* The main thread ends first; another one keeps the process, leaks, and ends it. */
// needs: clean end: without its first thread, /proc tells nothing of a process
#include <pthread.h>
#include "support/timers.h"

static void *work(void *unused)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 50; turn++) {
        pacer_wait(pacer);
        // expect: timerfd leak created=50 released=0 never-armed=50
        fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    }
    close(pacer);
    printf("the last thread leaves\n");
    exit(2);
    return unused;
}

int main(void)
{
    pthread_t thread;
    // expect-process: end=exited:2
    fail_if(pthread_create(&thread, NULL, work, NULL), "pthread_create");
    pthread_exit(NULL);
}
