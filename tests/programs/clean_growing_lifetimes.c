/* Back-off: each wait is longer than the one before, so the live timer is always the longest. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    for (long wait = 1; wait <= 32; wait *= 2) {
        // expect: timerfd clean created=6 released=6 armed=6 fired=6 stopped=0 peak=1
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(wait));
        printf("expirations %d\n", (int)expirations(fd));
        close(fd);
    }
    print_process_facts();
    return 0;
}
