/* Reconnects leak a timerfd each until RLIMIT_NOFILE; the attempts that fail count nothing. */
#include <errno.h>
#include <sys/resource.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    closefrom(3);
    struct rlimit limit = {64, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
    int pacer = pacer_open(PACE), created = 0;
    const char *error = "none";
    for (int turn = 0; turn < 66; turn++) {
        pacer_wait(pacer);
        // expect: timerfd leak created=60 released=0 armed=60 never-fired=60
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        if (fd < 0)
            error = strerrorname_np(errno);
        else if (++created)
            arm_timerfd(fd, once(AN_HOUR));
    }
    printf("created %d, error %s\n", created, error);
    close(pacer);
    return 0;
}
