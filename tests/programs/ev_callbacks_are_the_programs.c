// library: ev.h
// link: -lev
// family: libev
/* Callbacks are read and set while the watcher is active; what is fed or invoked by hand is no
 * fire. */
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
    ev_timer timer, copy;
    timer_ready(&timer, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &timer);
    printf("its callback: %d\n", ev_cb(&timer) == count);
    ev_set_cb(&timer, other);
    run_until(loop, &others, 1);

    /* The callback of one that is active serves another. */
    timer_ready(&timer, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &timer);
    ev_timer_init(&copy, ev_cb(&timer), SOON, 0.);
    copy.data = &fired;
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &copy);
    run_until(loop, &fired, 1);

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
