// library: ev.h
// link: -lev
// family: libev
/* With its loop, what was active in it ends; what is in others goes on. */
#include "support/libev.h"

#define MANY 5

static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0), *other = ev_loop_new(EVFLAG_AUTO);
    ev_timer lost[MANY], stays;
    for (volatile int i = 0; i < MANY; i++) {
        timer_ready(&lost[i], HOUR, 0., &fired);
        // expect: libev clean created=5 armed=5 fired=0 stopped=5 released=5
        ev_timer_start(other, &lost[i]);
    }
    timer_ready(&stays, SOON, SOON, &fired);
    // expect: libev held created=1 armed=1 fired=2 never-stopped=1
    ev_timer_start(loop, &stays);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_once(other, -1, 0, HOUR, NULL, NULL);
    ev_loop_destroy(other);
    ev_loop_destroy(NULL);
    run_until(loop, &fired, 2);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
