/*
 * An event loop that learns of an expiration from poll alone and re-arms without a read, as
 * libwayland and netty do. One timer for life.
 */
#include <poll.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 armed=11 fired=10 stopped=0 never-fired=0 never-stopped=1
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct pollfd ready = {fd, POLLIN, 0};
    int woken = 0;
    for (int turn = 0; turn < 10; turn++) {
        arm_timerfd(fd, once(6));
        woken += poll(&ready, 1, -1);
        let_pass(6);
    }
    arm_timerfd(fd, once(AN_HOUR));
    printf("woken %d times\n", woken);
    print_process_facts();
    return 0;
}
