// library: ev.h
// link: -lev
// family: libev
/* Their time has come at once, and the callback that is first decides for the others: one is
 * stopped, one begins anew, of one the event is taken away, and the last comes. */
#include "support/libev.h"

static ev_timer stopped, begun, cleared, repeats, comes;
static int fired, turns;

static void decides(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    if (turns++)
        return;
    printf("pending: %d %d %d %d\n", ev_is_pending(&stopped), ev_is_pending(&begun),
           ev_is_pending(&cleared), ev_is_pending(&repeats));
    ev_timer_stop(loop, &stopped);
    ev_timer_set(&begun, HOUR, 0.);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &begun);
    printf("taken: %d\n", ev_clear_pending(loop, &cleared) == EV_TIMER);
    ev_timer_stop(loop, &cleared);
    ev_timer_again(loop, &repeats);
    printf("its callback: %d %d\n", ev_cb(&stopped) == count, ev_cb(&cleared) == count);
    ev_timer_stop(loop, timer);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer first;
    timer_ready(&stopped, .002, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &stopped);
    timer_ready(&begun, .002, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &begun);
    timer_ready(&cleared, .002, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &cleared);
    timer_ready(&repeats, .002, HOUR, &fired);
    // expect: libev held created=1 armed=2 fired=0 never-fired=1
    ev_timer_start(loop, &repeats);
    timer_ready(&comes, .002, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &comes);
    ev_timer_init(&first, decides, SOON, SOON);
    ev_set_priority(&first, EV_MAXPRI);
    // expect: libev clean created=1 armed=1 fired=1 stopped=1 released=1
    ev_timer_start(loop, &first);
    ev_sleep(.01); /* the loop finds all of them due */
    run_until(loop, &fired, 2);
    printf("fired %d\n", fired);
    ev_timer_stop(loop, &begun);
    print_process_facts();
    return 0;
}
