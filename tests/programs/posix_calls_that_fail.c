/* A failed create is no timer; a failed settime arms nothing. */
#include <errno.h>
#include "support/timers.h"
#include "support/transparency.h"

static const char *outcome(int failed)
{
    return failed ? strerrorname_np(errno) : "works";
}

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    struct sigevent bad_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 12345};
    timer_t timer = (timer_t)77;
    for (int turn = 0; turn < 10; turn++) {
        printf("bad clock: %s\n", outcome(timer_create(4711, &quiet, &timer)));
        printf("bad signal: %s\n", outcome(timer_create(CLOCK_MONOTONIC, &bad_signal, &timer)));
    }
    // expect: posix held created=1 armed=0 never-armed=1
    printf("create: %s\n", outcome(timer_create(CLOCK_MONOTONIC, &quiet, &timer)));
    struct itimerspec bad = {.it_value = {1, 1000000000}};
    printf("bad nanoseconds: %s\n", outcome(timer_settime(timer, 0, &bad, NULL)));
    printf("no such timer: %s\n", outcome(timer_settime((timer_t)4242, 0, &bad, NULL)));
    printf("no such timer: %s\n", outcome(timer_delete((timer_t)4242)));
    print_process_facts();
    return 0;
}
