/* Two hundred timers a millisecond come and go; one in twenty milliseconds stays. */
#include "support/timers.h"
#include "support/transparency.h"

SITE static void serve(volatile int forgets)
{
    // expect: timerfd leak created=20000 released=19995 peak<=20 never-armed=5
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    if (!forgets)
        close(fd);
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 100; turn++) {
        pacer_wait(pacer);
        for (int request = 0; request < 200; request++)
            serve(turn % 20 == 10 && request == 77);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
