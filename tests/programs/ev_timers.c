// library: ev.h
// link: -lev
// family: libev
/* What becomes of a timer of libev: it is one while it is active, and what it may end in. */
#include "support/libev.h"

static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer once, stopped, ticks, waits, again;
    timer_ready(&once, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &once);
    run_until(loop, &fired, 1);
    printf("active after it fired: %d\n", ev_is_active(&once));
    ev_timer_stop(loop, &once);

    timer_ready(&stopped, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &stopped);
    ev_timer_start(loop, &stopped); /* it is active already: nothing is done */
    ev_timer_stop(loop, &stopped);
    ev_timer_stop(loop, &stopped);
    /* What was due before it was stopped is stopped all the same. */
    timer_ready(&stopped, 0., 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &stopped);
    ev_timer_stop(loop, &stopped);

    timer_ready(&ticks, .002, .002, &fired);
    // expect: libev held created=1 armed=1 fired=3 never-stopped=1
    ev_timer_start(loop, &ticks);
    run_until(loop, &fired, 4);

    timer_ready(&waits, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1
    ev_timer_start(loop, &waits);

    /* ev_timer_again() starts, sets anew, and stops what does not repeat. */
    timer_ready(&again, 0., HOUR, &fired);
    // expect: libev clean created=1 armed=3 fired=0 stopped=1 released=1
    ev_timer_again(loop, &again);
    ev_timer_again(loop, &again);
    ev_timer_again(loop, &again);
    again.repeat = 0.;
    ev_timer_again(loop, &again);
    printf("active: %d\n", ev_is_active(&again));
    ev_timer_again(loop, &again);
    ev_timer_set(&again, HOUR, 0.);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &again);
    ev_timer_again(loop, &again);
    printf("active: %d, fired %d\n", ev_is_active(&again), fired);
    print_process_facts();
    return 0;
}
