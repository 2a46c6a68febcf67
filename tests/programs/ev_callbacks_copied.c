// library: ev.h
// link: -lev
// family: libev
/* A callback that is taken from an active watcher and given to others is the program's there, too,
 * whatever they are; also when the first has been stopped. */
#include "support/libev.h"

static int fired;

static void start_soon(struct ev_loop *loop, ev_timer *timer)
{
    ev_timer_set(timer, SOON, 0.);
    timer->data = &fired;
    // expect: libev clean created=3 armed=3 fired=3 stopped=0 released=3
    ev_timer_start(loop, timer);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer first, other, copy, late;
    ev_check turn;
    timer_ready(&first, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &first);

    ev_init(&other, ev_cb(&first));
    start_soon(loop, &other);
    copy = first;
    ev_init(&copy, ev_cb(&copy));
    start_soon(loop, &copy);
    ev_init(&late, ev_cb(&first));
    ev_init(&turn, (void (*)(struct ev_loop *, ev_check *, int))ev_cb(&first));
    turn.data = &fired;
    ev_timer_stop(loop, &first);
    ev_run(loop, 0);
    printf("fired %d\n", fired);

    ev_feed_event(loop, &turn, EV_CUSTOM);
    ev_invoke_pending(loop);
    start_soon(loop, &late);
    ev_run(loop, 0);
    printf("fired %d\n", fired);

    printf("its callback: %d\n", ev_cb(&first) == count);
    print_process_facts();
    return 0;
}
