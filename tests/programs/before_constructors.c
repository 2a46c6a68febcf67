/* Timers made before libc is initialized, when there is no environment yet to read settings from.
 */
#include <sys/time.h>

#include "support/timers.h"
#include "support/transparency.h"

static int early;
static timer_t posix;

static void before_constructors(int argc, char **argv, char **environment)
{
    const struct itimerval in_an_hour = {.it_value.tv_sec = 3600};

    (void)argc, (void)argv, (void)environment;
    // expect: timerfd held created=1 released=0 armed=1 never-fired=1
    early = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(early, once(AN_HOUR));
    // expect: itimer held created=1 released=0 armed=1 never-fired=1
    setitimer(ITIMER_REAL, &in_an_hour, NULL);
    // expect: posix clean created=1 released=1
    timer_create(CLOCK_MONOTONIC, NULL, &posix);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **, char **) = before_constructors;

int main(void)
{
    // expect-process: created=3 inherited=0 live=2
    printf("early %d, deleted %d\n", early >= 0, timer_delete(posix));
    print_process_facts();
    return 0;
}
