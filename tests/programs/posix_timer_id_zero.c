/* The kernel's first timer has the id 0, which is NULL as a timer_t: it is a timer all the same. */
#include <errno.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t first, second, kept;
    // expect: posix clean created=1 released=1 armed=1 stopped=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &first), "timer_create");
    arm_timer(first, once(AN_HOUR));
    // expect: posix clean created=1 released=1 armed=0
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &second), "timer_create");
    printf("%s %s\n", first == NULL ? "zero" : "not zero", second == NULL ? "zero" : "not zero");
    printf("delete %d %d\n", timer_delete(first), timer_delete(second));
    printf("again %s\n", timer_delete(first) ? strerrorname_np(errno) : "works");
    // expect: posix held created=1 never-armed=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &kept), "timer_create");
    print_process_facts();
    return 0;
}
