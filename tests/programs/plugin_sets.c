/* A plugin that makes no timer, and sets the one that it is given. */
// build: -shared -fPIC
#include "support/timers.h"

int plugin_run(int fd);

int plugin_run(int fd)
{
    struct itimerspec when = once(AN_HOUR);
    return timerfd_settime(fd, 0, &when, NULL) ? 1 : 0;
}
