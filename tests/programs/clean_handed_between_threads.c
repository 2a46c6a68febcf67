/* One thread makes the timers, another one ends them. */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

static void *end_timers(void *pipe_end)
{
    int fd, *from = pipe_end;
    timer_t timer;
    while (read(*from, &fd, sizeof fd) == sizeof fd &&
           read(*from, &timer, sizeof timer) == sizeof timer) {
        close(fd);
        timer_delete(timer);
    }
    return NULL;
}

int main(void)
{
    int ends[2];
    pthread_t thread;
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    fail_if(pipe(ends) || pthread_create(&thread, NULL, end_timers, &ends[0]), "pipe");
    for (int turn = 0; turn < 500; turn++) {
        timer_t timer;
        // expect: timerfd clean created=500 released=500
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        // expect: posix clean created=500 released=500
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        fail_if(write(ends[1], &fd, sizeof fd) != sizeof fd, "write");
        fail_if(write(ends[1], &timer, sizeof timer) != sizeof timer, "write");
    }
    close(ends[1]);
    pthread_join(thread, NULL);
    print_process_facts();
    return 0;
}
