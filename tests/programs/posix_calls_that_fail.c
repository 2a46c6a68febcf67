// traced: no: whether a clock of processor time has expired is not known from outside
/* A failed create is no timer, however many fail; a failed settime arms nothing. */
#include <errno.h>
#include "support/timers.h"
#include "support/transparency.h"

static const char *outcome(int failed)
{
    return failed ? strerrorname_np(errno) : "works";
}

static volatile int calls;

static void on_expiry(union sigval value)
{
    (void)value;
    calls++;
}

/* More than there are places for what calls back. Its clock runs only while the process does. */
static void fail_often(void)
{
    struct sigevent notify = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_expiry};
    timer_t timer;
    int failed = 0;
    for (int i = 0; i < 70000; i++)
        failed += timer_create(4711, &notify, &timer) != 0;
    printf("%d failed\n", failed);
    // expect: posix clean created=1 released=1 armed=1 fired=1 stopped=0
    fail_if(timer_create(CLOCK_PROCESS_CPUTIME_ID, &notify, &timer), "timer_create");
    arm_timer(timer, once(1));
    while (!calls)
        continue;
    timer_delete(timer);
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
    fail_often();
    print_process_facts();
    return 0;
}
