/*
 * Connections that stay: each has an idle timer, which is set anew with all that comes. That there
 * are more and more of them is the load, and no leak.
 */
#include "support/timers.h"

#define CONNECTIONS 40
#define TURNS_TO_ACCEPT 3

static int accept_connection(void)
{
    // expect: timerfd held created=40 live=40 released=0 never-fired=40 armed>=200
    int idle = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(idle < 0, "timerfd_create");
    arm_timerfd(idle, once(AN_HOUR));
    return idle;
}

int main(void)
{
    int pacer = pacer_open(2 * PACE), idle[CONNECTIONS], count = 0;
    for (int turn = 0; turn < CONNECTIONS * TURNS_TO_ACCEPT; turn++) {
        pacer_wait(pacer);
        if (turn % TURNS_TO_ACCEPT == 0)
            idle[count++] = accept_connection();
        for (int i = 0; i < count; i++)
            arm_timerfd(idle[i], once(AN_HOUR));
    }
    close(pacer);
    return 0;
}
