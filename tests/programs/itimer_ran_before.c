// traced: no: what a plain system call sets is seen
/*
 * Interval timers that were set by calls which nobody saw: the first call that is seen makes them
 * known, if it sets them anew; one that only stops them made none.
 */
#include <sys/syscall.h>
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

static void set_unseen(int which)
{
    struct itimerval hours = {.it_value = {7200, 0}};
    fail_if(syscall(SYS_setitimer, which, &hours, NULL) != 0, "setitimer");
}

int main(void)
{
    struct itimerval none = {0}, hour = {.it_value = {3600, 0}}, before;
    // expect-process: created=2 armed=2 released=0 stopped=0 fired=0 live=2
    set_unseen(ITIMER_REAL);
    set_unseen(ITIMER_VIRTUAL);
    set_unseen(ITIMER_PROF);
    // expect: itimer held created=1 armed=1 never-fired=1
    printf("it ran: %d\n", alarm(3600) > 0);
    // expect: itimer held created=1 armed=1 never-fired=1
    fail_if(setitimer(ITIMER_VIRTUAL, &hour, &before), "setitimer");
    printf("it ran: %d\n", before.it_value.tv_sec > 0);
    fail_if(setitimer(ITIMER_PROF, &none, &before), "setitimer");
    printf("it ran: %d\n", before.it_value.tv_sec > 0);
    print_process_facts();
    return 0;
}
