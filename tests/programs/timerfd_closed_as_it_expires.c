/*
 * Each timer is closed as soon as poll tells that it expired, and nobody reads it. It has fired,
 * or at worst it can't be told: what it has not done is to be stopped.
 */
#include <poll.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    for (int turn = 0; turn < 20; turn++) {
        // expect: timerfd clean created=20 released=20 armed=20 stopped=0
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        struct pollfd ready = {fd, POLLIN, 0};
        arm_timerfd(fd, once(1));
        poll(&ready, 1, -1);
        close(fd);
    }
    print_process_facts();
    return 0;
}
