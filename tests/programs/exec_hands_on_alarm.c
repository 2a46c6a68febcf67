/*
 * A program sets an alarm and becomes another one, as `timeout`-like wrappers do: the alarm goes on
 * running for the new image, and so does an interval timer; that one stops both.
 */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

static int second_image(void)
{
    // expect-process@second: inherited=2 created=0 armed=0 stopped=2 fired=0 released=2 live=0
    struct itimerval none = {0};

    printf("alarm left %d\n", alarm(0) > 0);
    printf("stopped %d\n", setitimer(ITIMER_PROF, &none, NULL));
    print_process_facts();
    return 4;
}

int main(int argc, char **argv)
{
    struct itimerval hours = {{3600, 0}, {7200, 0}};

    if (argc > 1)
        return second_image();
    // expect-process: end=execed
    // expect: itimer held created=1 released=0 armed=1 never-fired=1
    alarm(1000);
    // expect: itimer held created=1 released=0 armed=1 never-stopped=1 fired-unknown=1
    setitimer(ITIMER_PROF, &hours, NULL);
    execl("/proc/self/exe", argv[0], "second", NULL);
    return 97;
}
