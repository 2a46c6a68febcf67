/*
 * The loop of the story: each turn makes a timeout that never wins, and nobody deletes it. Were
 * each deleted when it fires, there would be more at a time than any limit allows.
 */
#include "support/timers.h"
#include "support/transparency.h"

static void wait_for_message(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timeout;
    // expect: posix leak created=120 released=0 armed=120 never-fired=120
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timeout), "timer_create");
    arm_timer(timeout, once(3 * 60 * 60 * 1000));
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 120; turn++) {
        pacer_wait(pacer);
        wait_for_message();
    }
    close(pacer);
    print_process_facts();
    return 0;
}
