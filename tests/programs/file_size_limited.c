/*
 * RLIMIT_FSIZE is nothing at all: a recording that grows past it would bring SIGXFSZ. The program
 * goes on undisturbed; how much of it is recorded is another matter.
 */
#include <sys/resource.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    struct rlimit nothing = {0, 0};
    setrlimit(RLIMIT_FSIZE, &nothing);
    for (int i = 0; i < 3000; i++) {
        timer_t timer;
        // expect: posix held created>=500 released=0 never-armed>=500
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    }
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 50; turn++) {
        pacer_wait(pacer);
        // expect: timerfd clean
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        close(fd);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
