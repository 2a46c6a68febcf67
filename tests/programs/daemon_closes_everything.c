// traced: no: a child that only hands on what it inherited has no recording
/* The old way to be a daemon: every descriptor is closed, /dev/null is 0, 1 and 2. */
#include <fcntl.h>
#include "support/timers.h"

static void become_daemon(void)
{
    if (fork() > 0)
        _exit(0);
    setsid();
    if (fork() > 0)
        _exit(0);
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    for (int fd = 0; fd < 3; fd++)
        fail_if(open("/dev/null", O_RDWR) != fd, "open");
}

int main(void)
{
    // expect: timerfd held created=1 never-armed=1
    // expect@child: timerfd held inherited=1 released=0 never-armed=1
    // expect@child2: timerfd clean inherited=1 released=1
    int before = timerfd_create(CLOCK_MONOTONIC, 0);
    become_daemon();
    // expect-process@child2: end=exited:3
    for (int turn = 0; turn < 10; turn++) {
        // expect@child2: timerfd clean created=10 released=10 armed=10 fired=10 peak=1
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(1));
        fail_if(fd != before || !expirations(fd), "read");
        close(fd);
    }
    return 3;
}
