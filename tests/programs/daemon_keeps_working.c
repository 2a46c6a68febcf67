/*
 * daemon() forks, and the parent leaves at once. The child is the program from then on: its
 * inherited timerfd goes on ticking, the POSIX timer is gone, and new timers leak.
 */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 never-fired=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, once(AN_HOUR));
    // expect: timerfd held created=1 armed=0 never-armed=1
    // expect@child: timerfd held created=0 inherited=1 released=0 armed=1 fired>=40 never-stopped=1
    // unread<=1
    int ticker = timerfd_create(CLOCK_MONOTONIC, 0);
    fflush(stdout);
    fail_if(daemon(1, 1), "daemon");
    // expect-process@child: end=exited
    arm_timerfd(ticker, every(PACE));
    for (int turn = 0; turn < 40; turn++) {
        pacer_wait(ticker);
        // expect@child: timerfd leak created=40 inherited=0 released=0 never-armed=40
        fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    }
    print_process_facts();
    return 0;
}
