/* Beside one ticker that it keeps for life, a program leaks through another line. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 fired>=80 never-stopped=1 unread<=1
    int ticker = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(ticker, every(PACE));
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    for (int turn = 0; turn < 80; turn++) {
        pacer_wait(ticker);
        timer_t timer;
        // expect: posix leak created=80 released=0 armed=80 stopped=80 never-released=80
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        arm_timer(timer, once(AN_HOUR));
        arm_timer(timer, once(0));
    }
    print_process_facts();
    return 0;
}
