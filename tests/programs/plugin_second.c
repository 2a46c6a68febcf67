/* The other one of two plugins alike. What matters is that the line below is not the first's. */
// build: -shared -fPIC
#include "support/timers.h"

int plugin_run(void);

int plugin_run(void)
{

    // expect: timerfd clean created=20 released=20 peak=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    return close(fd);
}
