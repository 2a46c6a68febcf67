/* One ticker, from start to end, read each time. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 released=0 armed=1 fired>=60 never-stopped=1 unread<=1
    int ticker = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(ticker, every(1));
    uint64_t ticks = 0;
    while (ticks < 60)
        ticks += expirations(ticker);
    printf("%s\n", ticks >= 60 ? "ticked" : "did not tick");
    print_process_facts();
    return 0;
}
