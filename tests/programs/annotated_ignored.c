// traced: no: what a program tells the shim reaches nobody else
/* What is made in an ignored block is the program's own affair; what is made around it shows. */
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

SITE static void start_timeout(void)
{
    // expect: timerfd held created=3 armed=3 never-fired=3
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    arm_timerfd(fd, once(AN_HOUR));
}

SITE static void keep_for_life(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timer_t timer;
    arm_timerfd(fd, every(AN_HOUR));
    fail_if(timer_create(CLOCK_MONOTONIC, NULL, &timer), "timer_create");
    arm_timer(timer, every(AN_HOUR));
}

int main(void)
{
    for (int turn = 0; turn < 3; turn++) {
        timerleak_ignore_begin();
        timerleak_ignore_begin();
        keep_for_life();
        timerleak_ignore_end();
        keep_for_life();
        timerleak_ignore_end();
        start_timeout();
    }
    // expect-process: created=3
    print_process_facts();
    return 0;
}
