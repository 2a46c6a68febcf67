/*
 * So many operations are always in flight: each new one makes its timer before the oldest ends.
 * That takes longer than a busy machine holds up the program's end.
 */
#include "support/timers.h"
#include "support/transparency.h"

#define WINDOW 32

int main(void)
{
    int pacer = pacer_open(PACE), window[WINDOW];
    for (int turn = 0; turn < 192; turn++) {
        pacer_wait(pacer);
        if (turn >= WINDOW)
            close(window[turn % WINDOW]);
        // expect: timerfd held created=192 released=160 peak=32 armed=192 never-fired=32
        window[turn % WINDOW] = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(window[turn % WINDOW], once(AN_HOUR));
    }
    close(pacer);
    print_process_facts();
    return 0;
}
