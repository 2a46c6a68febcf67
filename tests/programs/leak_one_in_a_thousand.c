/* Five thousand operations end their timers; five of them take a path that forgets. */
#include "support/timers.h"
#include "support/transparency.h"

static void operate(int number)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix leak created=5000 released=4995 armed=5000 stopped=4995 never-fired=5
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, once(AN_HOUR));
    if (number % 1000 != 499)
        timer_delete(timer);
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (int number = 0; number < 5000; number++) {
        if (number % 50 == 0)
            pacer_wait(pacer);
        operate(number);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
