/* Timers that tick until the very end: nobody disarms them. */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 fired>=3 never-stopped=1 unread<=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, every(10));
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=1 fired>=3 never-stopped=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, every(5));
    signal(SIGALRM, SIG_IGN);
    struct itimerval tick = {{0, 5000}, {0, 5000}};
    // expect: itimer held created=1 armed=1 fired>=3 never-stopped=1
    setitimer(ITIMER_REAL, &tick, NULL);
    for (int turn = 0; turn < 3; turn++)
        fail_if(!expirations(fd), "read");
    print_process_facts();
    return 0;
}
