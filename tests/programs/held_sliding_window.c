/* Eight operations are always in flight: each new one makes its timer before the oldest ends. */
#include "support/timers.h"
#include "support/transparency.h"

#define WINDOW 8

int main(void)
{
    int pacer = pacer_open(PACE), window[WINDOW];
    for (int turn = 0; turn < 120; turn++) {
        pacer_wait(pacer);
        if (turn >= WINDOW)
            close(window[turn % WINDOW]);
        // expect: timerfd held created=120 released=112 peak=8 armed=120 never-fired=8
        window[turn % WINDOW] = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(window[turn % WINDOW], once(AN_HOUR));
    }
    close(pacer);
    print_process_facts();
    return 0;
}
