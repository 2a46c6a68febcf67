/* A plugin that forgets a timerfd on every call. */
// build: -shared -fPIC
#include "support/timers.h"

int plugin_run(void);

int plugin_run(void)
{
    // expect: timerfd leak created=60 released=0 armed=60 never-fired=60
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(AN_HOUR));
    return fd;
}
