/* Three callers share a helper that makes their timeouts; one of them does not end its own. */
#include "support/timers.h"
#include "support/transparency.h"

SITE static int start_timeout(long ms)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(ms));
    return fd;
}

SITE static void look_up(void)
{
    // expect-caller: timerfd clean created=60 released=60 stopped=60
    int timeout = start_timeout(AN_HOUR);
    close(timeout);
}

SITE static void connect_to_server(void)
{
    // expect-caller: timerfd leak created=60 released=0 never-fired=60
    int timeout = start_timeout(AN_HOUR);
    fail_if(timeout < 0, "timerfd_create");
}

SITE static void transfer(void)
{
    // expect-caller: timerfd clean created=60 released=60 stopped=60
    int timeout = start_timeout(2 * AN_HOUR);
    close(timeout);
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 60; turn++) {
        pacer_wait(pacer);
        look_up();
        connect_to_server();
        transfer();
    }
    close(pacer);
    print_process_facts();
    return 0;
}
