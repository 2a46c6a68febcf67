/*
 * A zero it_value disarms, whatever the interval says; and one struct may be the value to set and
 * the place for that before.
 */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct itimerspec zero = {.it_interval = {1, 0}};
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=1 fired=0 stopped=1 never-released=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, every(AN_HOUR));
    arm_timer(timer, zero);
    // expect: timerfd held created=1 armed=1 fired=0 stopped=1 never-released=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, every(AN_HOUR));
    arm_timerfd(fd, zero);
    // expect: timerfd held created=1 armed=0 stopped=0 never-armed=1
    int rest = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(rest, zero);
    struct itimerspec value = every(AN_HOUR);
    struct itimerspec *volatile same = &value;
    // expect: posix held created=1 armed=1 stopped=0 never-fired=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    fail_if(timer_settime(timer, 0, &value, same), "timer_settime");
    printf("posix ran before: %ld\n", (long)value.it_value.tv_sec);
    value = every(AN_HOUR);
    // expect: timerfd held created=1 armed=1 stopped=0 never-fired=1
    fd = timerfd_create(CLOCK_MONOTONIC, 0);
    fail_if(timerfd_settime(fd, 0, &value, same), "timerfd_settime");
    printf("timerfd ran before: %ld\n", (long)value.it_value.tv_sec);
    struct itimerval hour = {{3600, 0}, {3600, 0}}, disarm = {{3600, 0}, {0, 0}};
    // expect: itimer clean created=1 released=1 armed=1 fired=0 stopped=1
    setitimer(ITIMER_REAL, &hour, NULL);
    setitimer(ITIMER_REAL, &disarm, NULL);
    print_process_facts();
    return 0;
}
