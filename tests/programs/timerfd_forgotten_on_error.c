/* A request arms a timeout. One in twenty fails, and its error path forgets the timer. */
#include <stdbool.h>
#include "support/timers.h"
#include "support/transparency.h"

static bool serve(int request)
{
    // expect: timerfd leak created=200 released=190 armed=200 fired=0 stopped=190 never-fired=10
    int timeout = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    arm_timerfd(timeout, once(AN_HOUR));
    if (request % 20 == 19)
        return false;
    close(timeout);
    return true;
}

int main(void)
{
    int pacer = pacer_open(PACE), failed = 0;
    for (int request = 0; request < 200; request++) {
        if (request % 2)
            pacer_wait(pacer);
        failed += !serve(request);
    }
    close(pacer);
    printf("%d of 200 requests failed\n", failed);
    print_process_facts();
    return 0;
}
