/* Load comes in waves and the program ends on the crest of the last: all that live are young. */
#include "support/timers.h"
#include "support/transparency.h"

#define CREST 40

static int fds[CREST];

SITE static void wave(int pacer, int falls)
{
    for (int i = 0; i < CREST; i++) {
        if (i % 2)
            pacer_wait(pacer);
        // expect: timerfd held created=120 released=80 peak=40 never-armed=40
        fds[i] = timerfd_create(CLOCK_MONOTONIC, 0);
    }
    for (int i = 0; falls && i < 10; i++)
        pacer_wait(pacer);
    for (int i = 0; falls && i < CREST; i++) {
        if (i % 2)
            pacer_wait(pacer);
        close(fds[i]);
    }
}

int main(void)
{
    int pacer = pacer_open(PACE);
    volatile int waves = 3; /* or the loop is unrolled, and each wave is a caller of its own */
    for (int number = 1; number <= waves; number++)
        wave(pacer, number < waves);
    print_process_facts();
    close(pacer);
    return 0;
}
