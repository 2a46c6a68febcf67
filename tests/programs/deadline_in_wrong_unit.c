/*
 * Deadlines mixed up: nanoseconds given as seconds, and a wall-clock time added to a wait.
 * Neither fires in a lifetime.
 */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 never-fired=1 far-future=1
    int unit = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec five_seconds = {.it_value.tv_sec = 5000000000};
    printf("settime %d\n", timerfd_settime(unit, 0, &five_seconds, NULL));
    // expect: timerfd held created=1 armed=1 never-fired=1 far-future=1
    int clock = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec wait = {.it_value.tv_sec = time(NULL) + 5};
    printf("settime %d\n", timerfd_settime(clock, 0, &wait, NULL));
    print_process_facts();
    return 0;
}
