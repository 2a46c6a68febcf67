/*
 * Keeps the recording of its busiest moment, in the file that is its argument, if there is one.
 * Afterwards all is released.
 */
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

#define TIMERS 50

int main(int argc, char **argv)
{
    int fds[TIMERS];
    for (int i = 0; i < TIMERS; i++) {
        // expect: timerfd clean created=50 armed=50 released=50 stopped=50
        fds[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        arm_timerfd(fds[i], once(AN_HOUR));
        timerleak_tag_timerfd(fds[i], "busy");
    }
    if (argc > 1 && timerleak_snapshot(argv[1]) != 0)
        return 1;
    for (int i = 0; i < TIMERS; i++)
        close(fds[i]);
    print_process_facts();
    return 0;
}
