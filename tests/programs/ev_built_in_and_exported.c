// library: ev.h
// link: -l:libev.a -lm -rdynamic
// family: libev
/* libev within the program, which exports it: what the program calls itself passes no hook, and
 * what others call by its names does. */
#include <dlfcn.h>
#include "support/libev.h"

static int fired;

int main(void)
{
    void (*start)(struct ev_loop *, ev_timer *) = dlsym(RTLD_DEFAULT, "ev_timer_start");
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer timer, other;
    timer_ready(&timer, SOON, SOON, &fired);
    ev_timer_start(loop, &timer);
    timer_ready(&other, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    start(loop, &other);
    run_until(loop, &fired, 3);
    printf("active: %d %d\n", ev_is_active(&timer), ev_is_active(&other));
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    // expect-process: created=2
    print_process_facts();
    return 0;
}
