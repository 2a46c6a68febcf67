/* Nothing can be noted when SIGKILL comes: the recording holds what lived. */
#include "support/timers.h"

int main(void)
{
    // expect: timerfd held created=1 armed=1 never-fired=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(AN_HOUR));
    // expect: timerfd clean created=1 released=1
    close(timerfd_create(CLOCK_MONOTONIC, 0));
    return kill(getpid(), SIGKILL);
}
