/* Timers that wait for a deadline an hour away when the program ends. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 fired=0 never-fired=1
    int fd = timerfd_create(CLOCK_BOOTTIME, 0);
    arm_timerfd(fd, once(AN_HOUR));
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=2 fired=0 never-fired=1
    fail_if(timer_create(CLOCK_REALTIME, &quiet, &timer), "timer_create");
    arm_timer(timer, once(2 * AN_HOUR));
    arm_timer(timer, every(AN_HOUR));
    // expect: itimer held created=1 armed=1 fired=0 never-fired=1
    printf("alarm %u\n", alarm(3600));
    print_process_facts();
    return 0;
}
