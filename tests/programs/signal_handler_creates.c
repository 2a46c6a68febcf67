/* A signal handler makes a timer on each signal; one in ten it does not end. */
#include "support/timers.h"
#include "support/transparency.h"

static void on_signal(int number)
{
    static int signals;
    (void)number;
    // expect: timerfd leak created=100 released=90 never-armed=10
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    if (++signals % 10)
        close(fd);
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 100; turn++) {
        pacer_wait(pacer);
        raise(SIGUSR1);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
