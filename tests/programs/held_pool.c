/* A pool of timers, made once, armed and disarmed over and over. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t pool[16];
    for (int i = 0; i < 16; i++)
        // expect: posix held created=16 released=0 armed=160 fired=0 stopped=160 never-released=16
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &pool[i]), "timer_create");
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 160; turn++) {
        arm_timer(pool[turn % 16], once(AN_HOUR));
        pacer_wait(pacer);
        arm_timer(pool[turn % 16], once(0));
    }
    close(pacer);
    print_process_facts();
    return 0;
}
