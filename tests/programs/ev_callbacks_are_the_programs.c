// library: ev.h
// link: -lev
// family: libev
/* A callback that is set while the watcher is active is the one called, and what it has while it is
 * not is the program's; what is fed or invoked by hand is no fire. */
#include "support/libev.h"

static int fired, others;

static void other(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    printf("other, events %x\n", (unsigned)events);
    others++;
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer timer, other_timer;
    timer_ready(&timer, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &timer);
    ev_set_cb(&timer, other);
    run_until(loop, &others, 1);
    printf("its callback: %d\n", ev_cb(&timer) == other);
    timer_ready(&timer, HOUR, HOUR, &fired);
    // expect: libev clean created=1 armed=2 fired=1 stopped=1 released=1
    ev_timer_start(loop, &timer);
    ev_set_cb(&timer, other);
    timer.repeat = SOON;
    ev_timer_again(loop, &timer);
    run_until(loop, &others, 2);
    ev_timer_stop(loop, &timer);
    printf("its callback: %d\n", ev_cb(&timer) == other);

    timer_ready(&timer, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &timer);
    timer_ready(&other_timer, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &other_timer);
    run_until(loop, &fired, 1);
    printf("its callback: %d\n", ev_cb(&other_timer) == count);

    ev_feed_event(loop, &timer, EV_TIMER);
    ev_invoke_pending(loop);
    ev_feed_event(loop, &timer, EV_CUSTOM);
    ev_invoke_pending(loop);
    ev_invoke(loop, &timer, EV_TIMER);
    printf("fired %d, pending events %x\n", fired, (unsigned)ev_clear_pending(loop, &timer));
    ev_feed_event(loop, &timer, EV_TIMER);
    ev_timer_stop(loop, &timer);
    ev_invoke_pending(loop);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
