/* Absolute deadlines: one long past, which fires at once, one near and one far, on two clocks. */
#include "support/timers.h"
#include "support/transparency.h"

static struct itimerspec at(clockid_t clock, long seconds_from_now)
{
    struct itimerspec when = {{0, 0}, {0, 0}};
    clock_gettime(clock, &when.it_value);
    when.it_value.tv_sec += seconds_from_now;
    return when;
}

int main(void)
{
    struct itimerspec past = {.it_value = {1, 0}};
    struct itimerspec later = at(CLOCK_MONOTONIC, 3600), tomorrow = at(CLOCK_REALTIME, 86400);
    // expect: timerfd clean created=1 released=1 armed=1 fired=1 stopped=0
    int fd = timerfd_create(CLOCK_REALTIME, 0);
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL);
    printf("expirations %d\n", (int)expirations(fd));
    close(fd);
    // expect: timerfd held created=1 armed=1 fired=0 never-fired=1
    int hour = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(hour, TFD_TIMER_ABSTIME, &later, NULL);
    // expect: timerfd held created=1 armed=1 fired=0 never-fired=1
    int day = timerfd_create(CLOCK_REALTIME, 0);
    timerfd_settime(day, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &tomorrow, NULL);
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 armed=1 fired=0 never-fired=1
    fail_if(timer_create(CLOCK_REALTIME, &quiet, &timer), "timer_create");
    timer_settime(timer, TIMER_ABSTIME, &tomorrow, NULL);
    print_process_facts();
    return 0;
}
