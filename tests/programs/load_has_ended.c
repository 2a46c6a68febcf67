/*
 * Each request of a load forgets its timeout, which fires; then the load ends, and the program goes
 * on with others. That the pile grows no more makes it no less of a leak.
 */
#include "support/timers.h"

static void request(void)
{
    // expect: timerfd leak created=40 released=0 armed=40 fired=40 never-released=40
    int timeout = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(timeout < 0, "timerfd_create");
    arm_timerfd(timeout, once(1));
}

static void other_work(void)
{
    // expect: timerfd clean created=80 released=80 never-armed=0
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(timer < 0, "timerfd_create");
    close(timer);
}

int main(void)
{
    int pacer = pacer_open(2 * PACE);
    for (int turn = 0; turn < 80; turn++) {
        pacer_wait(pacer);
        if (turn < 40)
            request();
        other_work();
    }
    close(pacer);
    return 0;
}
