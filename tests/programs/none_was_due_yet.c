/*
 * Sessions that end by their timeout of two seconds, had any been there for that long: nothing
 * tells them from sessions that are forgotten.
 */
#include "support/timers.h"

static void log_in(void)
{
    // expect: timerfd growing created=40 live=40 released=0 armed=40 never-fired=40
    int session = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(session < 0, "timerfd_create");
    arm_timerfd(session, once(2000));
}

int main(void)
{
    int pacer = pacer_open(2 * PACE);
    for (int turn = 0; turn < 40; turn++) {
        pacer_wait(pacer);
        log_in();
    }
    close(pacer);
    return 0;
}
