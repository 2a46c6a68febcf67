/*
 * What the shim does for a snapshot, and at exit, is no cancellation point: a thread that is to be
 * cancelled comes back from the one and ends the program by the other, with its status.
 */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

static void *work(void *unused)
{
    (void)unused;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    timerleak_snapshot("/nonexistent/snapshot.tlk");
    exit(7);
}

int main(void)
{
    pthread_t thread;
    // expect-process: created=1 end=exited:7
    // expect: timerfd held created=1 never-armed=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    print_process_facts();
    fflush(stdout);
    fail_if(fd < 0, "timerfd_create");
    fail_if(pthread_create(&thread, NULL, work, NULL), "pthread_create");
    pthread_join(thread, NULL);
    return 8;
}
