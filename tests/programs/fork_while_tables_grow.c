/*
 * A parent makes timers from ever new stacks while its children, forked meanwhile, start their
 * recordings: what they copy is what was there at the fork.
 */
#include <sys/wait.h>
#include <unistd.h>
#include "support/timers.h"

#define CHILDREN 60

SITE static int make(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

SITE static int make_below(int depth)
{
    volatile int below = depth;
    int fd = below ? make_below(below - 1) : make();
    return fd + below - below;
}

int main(void)
{
    // expect-process: created=180 live=0
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            // expect@child: timerfd clean created=1 released=1
            close(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
            _exit(0);
        }
        for (int i = 0; i < 3; i++)
            close(make_below((child * 3 + i) % 55));
    }
    while (wait(NULL) > 0)
        continue;
    return 0;
}
