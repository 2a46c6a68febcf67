/* One of two plugins alike, which may be loaded at the same address one after the other. */
// build: -shared -fPIC
#include "support/timers.h"

int plugin_run(void);

int plugin_run(void)
{
    // expect: timerfd clean created=15 released=15 peak=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    return close(fd);
}
