/* Each turn makes two timers and ends the younger one: half of them pile up. */
#include "support/timers.h"
#include "support/transparency.h"

static volatile int two = 2; /* or the loop is unrolled, and each turn is a caller of its own */

static void serve(void)
{
    int fds[2];
    for (int i = 0; i < two; i++) {
        // expect: timerfd leak created=160 released=80 armed=160 stopped=80 never-fired=80
        fds[i] = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fds[i], once(AN_HOUR));
    }
    close(fds[1]);
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 80; turn++) {
        pacer_wait(pacer);
        serve();
    }
    close(pacer);
    print_process_facts();
    return 0;
}
