// library: ev.h
// link: -lev
// family: libev
/* More timers at once than any fixed table would hold, then many in the same memory. */
#include "support/libev.h"

#define MANY 50000

static ev_timer timers[MANY];
static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    for (volatile int i = 0; i < MANY; i++) {
        timer_ready(&timers[i], i % 2 ? HOUR : SOON, 0., &fired);
        // expect: libev held created=50000 armed=50000 fired=25000 stopped=24997 released=49997
        // never-fired=3
        ev_timer_start(loop, &timers[i]);
    }
    run_until(loop, &fired, MANY / 2);
    for (int i = 0; i < MANY - 6; i++)
        ev_timer_stop(loop, &timers[i]);
    for (volatile int i = 0; i < MANY; i++) {
        timer_ready(&timers[0], HOUR, 0., &fired);
        // expect: libev clean created=50000 armed=50000 fired=0 stopped=50000 released=50000
        ev_timer_start(loop, &timers[0]);
        ev_timer_stop(loop, &timers[0]);
    }
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
