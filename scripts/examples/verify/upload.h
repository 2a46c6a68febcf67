/* upload.h - what these examples test in place of your code: it forgets a timer on one path. */
#ifndef UPLOAD_H
#define UPLOAD_H

#include <stdbool.h>
#include <sys/timerfd.h>
#include <unistd.h>

static inline bool upload(bool refused)
{
    int timeout = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    if (refused)
        return false;
    close(timeout);
    return true;
}

#endif
