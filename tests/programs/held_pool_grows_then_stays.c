/* A pool grows on demand for the first fifth of the run, and then is as large as it needs to be. */
#include "support/timers.h"
#include "support/transparency.h"

#define TURNS 150

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t pool[TURNS];
    int pacer = pacer_open(PACE), size = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        pacer_wait(pacer);
        if (turn % 2 == 0 && turn < TURNS / 5) {
            // expect: posix held created=15 released=0 stopped=150 never-released=15
            fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &pool[size++]), "timer_create");
        }
        arm_timer(pool[turn % size], once(AN_HOUR));
        arm_timer(pool[turn % size], once(0));
    }
    close(pacer);
    print_process_facts();
    return 0;
}
