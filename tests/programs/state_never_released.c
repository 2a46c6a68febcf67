/* Timers that have done their work, or were called off, and then are kept for nothing. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 fired=1 stopped=0 never-released=1
    int fired = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fired, once(1));
    printf("expirations %d\n", (int)expirations(fired));
    // expect: timerfd held created=1 armed=1 fired=0 stopped=1 never-released=1
    int disarmed = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(disarmed, once(AN_HOUR));
    arm_timerfd(disarmed, once(0));
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=1 fired=1 stopped=0 never-released=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, once(1));
    let_pass(25);
    print_process_facts();
    return 0;
}
