/* A hundred timers made at start and kept, while the program works on with others: no leak. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    for (int i = 0; i < 100; i++) {
        // expect: timerfd held created=100 released=0 armed=100 never-fired=100
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, every(AN_HOUR));
    }
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 80; turn++) {
        pacer_wait(pacer);
        // expect: timerfd clean created=80 released=80 peak=1
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        close(fd);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
