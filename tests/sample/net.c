#include "net.h"

#include <sys/timerfd.h>
#include <unistd.h>

/* Not to be inlined: the stacks are to be the same whatever the compiler thinks. */
#define FUNCTION __attribute__((noinline))

FUNCTION static int start_timeout(time_t seconds)
{
    const struct itimerspec when = {.it_value.tv_sec = seconds};
    int timeout = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timerfd_settime(timeout, 0, &when, NULL);
    return timeout;
}

FUNCTION static void end_timeout(int timeout)
{
    close(timeout);
}

FUNCTION void net_reconnect(bool forgets)
{
    int timeout = start_timeout(3600);
    if (!forgets)
        end_timeout(timeout);
}

FUNCTION void net_upload(bool forgets)
{
    int timeout = start_timeout(7200);
    if (!forgets)
        end_timeout(timeout);
}
