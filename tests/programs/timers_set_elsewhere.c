/*
 * Timers that one function makes and another one sets: who wakes the machine is whoever set them
 * last. A setter that goes on, a deadline pushed on by many, is that of the last time.
 */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

/* After a call that must not become a jump, which would leave no caller. */
#define NO_TAIL_CALL __asm__ volatile("")

SITE static void first_set(int fd)
{
    struct itimerspec when = once(AN_HOUR / 2);
    timerfd_settime(fd, 0, &when, NULL);
    NO_TAIL_CALL;
}

SITE static void loop_arm(int fd)
{
    struct itimerspec when = once(AN_HOUR);
    timerfd_settime(fd, 0, &when, NULL);
    NO_TAIL_CALL;
}

SITE static void ticker_arm(timer_t timer)
{
    struct itimerspec when = every(AN_HOUR);
    timer_settime(timer, 0, &when, NULL);
    NO_TAIL_CALL;
}

SITE static void alarm_arm(void)
{
    alarm(1000);
    NO_TAIL_CALL;
}

static void ignore(union sigval value)
{
    (void)value;
}

int main(void)
{
    // expect: timerfd held created=1 armed=3 never-fired=1 set-by=loop_arm
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    first_set(fd);
    loop_arm(fd);
    loop_arm(fd);

    // expect: timerfd held created=1 armed=0 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");

    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = ignore};
    timer_t timer;
    // expect: posix held created=1 armed=1 never-fired=1 set-by=ticker_arm
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    ticker_arm(timer);

    struct itimerval soon = {.it_value = {.tv_sec = 500}};
    // expect: itimer held created=1 armed=2 never-fired=1 set-by=alarm_arm
    setitimer(ITIMER_REAL, &soon, NULL);
    alarm_arm();
    print_process_facts();
    return 0;
}
