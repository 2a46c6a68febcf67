// traced: no: under two tracers at once its handler takes longer than the 50 us between two
/*
 * Signals come a few thousand times a second while main makes and ends timers, and their handler
 * does the same: it interrupts every stretch of the shim. What main does must be exact.
 */
#include <errno.h>
#include "support/timers.h"
#include "support/transparency.h"

static void on_tick(int number)
{
    (void)number;
    int saved = errno;
    // expect: timerfd clean
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    close(fd);
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    struct sigevent notify = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_t ticker;
    // expect: posix clean created=1 released=1 armed=1
    fail_if(timer_create(CLOCK_MONOTONIC, &notify, &ticker), "timer_create");
    struct itimerspec tick = {{0, 50000}, {0, 50000}};
    arm_timer(ticker, tick);
    for (int turn = 0; turn < 20000; turn++) {
        // expect: timerfd clean created=20000 released=20000 armed=20000 stopped=20000 peak=1
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        fail_if(close(fd), "close");
    }
    timer_delete(ticker);
    print_process_facts();
    return 0;
}
