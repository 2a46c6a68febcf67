/* Another one, which may come to lie where that lay: its line must not be named for it. */
// build: -shared -fPIC
#include "support/timers.h"

int plugin_run(int fd);

SITE static int set_in(int fd)
{
    struct itimerspec when = once(AN_HOUR);
    return timerfd_settime(fd, 0, &when, NULL) ? 1 : 0;
}

int plugin_run(int fd)
{
    return set_in(fd) ? 2 : 0;
}
