/* A timerfd ends without a close when another descriptor is put in its place. */
#include <fcntl.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int null = open("/dev/null", O_RDONLY);
    for (int turn = 0; turn < 10; turn++) {
        // expect: timerfd clean created=10 released=10 armed=10 stopped=10
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        int put = turn % 2 ? dup2(null, fd) : dup3(null, fd, O_CLOEXEC);
        printf("%s %d\n", put == fd ? "over" : "elsewhere", close(put));
    }
    // expect: timerfd clean created=1 released=1
    int older = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect: timerfd held created=1 released=0 never-armed=1
    int newer = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("over the older: %d\n", dup2(newer, older) == older);
    close(newer);
    print_process_facts();
    return 0;
}
