/* Timers that are created and forgotten before anything arms them. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=0 never-armed=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=0 never-armed=1
    int failed = timer_create(CLOCK_MONOTONIC, &quiet, &timer);
    printf("timerfd %d, timer_create %d\n", fd, failed);
    print_process_facts();
    return 0;
}
