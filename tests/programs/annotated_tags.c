/* One function makes the timers of two owners; one of them keeps its own. */
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

SITE static int start_timeout(const char *owner)
{
    // expect: timerfd held created=3 armed=3 never-fired=3
    // expect: timerfd clean created=3 armed=3 released=3 stopped=3
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    arm_timerfd(fd, once(AN_HOUR));
    timerleak_tag_timerfd(fd, owner);
    return fd;
}

/* The owner of the ticker may be named. */
int main(int argc, char **argv)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t ticker;
    // expect: posix held created=1 armed=1 never-fired=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &ticker), "timer_create");
    arm_timer(ticker, every(AN_HOUR));
    timerleak_tag_timer(ticker, argc > 1 ? argv[1] : "statistics");
    for (int turn = 0; turn < 3; turn++) {
        close(start_timeout("downstream"));
        start_timeout("upstream");
    }
    print_process_facts();
    return 0;
}
