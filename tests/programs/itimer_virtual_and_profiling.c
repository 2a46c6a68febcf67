/* The timers of processor time tick while the program computes, and are disarmed. */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

static volatile sig_atomic_t virtual_ticks, profiling_ticks;

static void count(int signal)
{
    if (signal == SIGVTALRM)
        virtual_ticks++;
    else
        profiling_ticks++;
}

int main(void)
{
    signal(SIGVTALRM, count);
    signal(SIGPROF, count);
    struct itimerval tick = {{0, 1000}, {0, 1000}}, rest = {{0, 0}, {0, 0}}, now;
    // expect: itimer clean created=1 released=1 armed=1
    setitimer(ITIMER_VIRTUAL, &tick, NULL);
    // expect: itimer clean created=1 released=1 armed=1
    setitimer(ITIMER_PROF, &tick, NULL);
    while (virtual_ticks < 2 || profiling_ticks < 2)
        getitimer(ITIMER_PROF, &now);
    printf("interval %ld\n", now.it_interval.tv_usec);
    printf("disarm %d\n", setitimer(ITIMER_VIRTUAL, &rest, NULL));
    printf("disarm %d\n", setitimer(ITIMER_PROF, &rest, NULL));
    printf("no such timer %d\n", setitimer((enum __itimer_which)7, &tick, NULL));
    print_process_facts();
    return 0;
}
