// library: ev.h
// link: -l:libev.a -lm
// family: libev
/* libev within the program itself, its names not exported: nothing of it is seen, nothing is
 * broken. */
#include "support/libev.h"

static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer timer;
    timer_ready(&timer, SOON, SOON, &fired);
    ev_timer_start(loop, &timer);
    run_until(loop, &fired, 3);
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    // expect-process: created=1
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
