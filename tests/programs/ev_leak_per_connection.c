// library: ev.h
// link: -lev
// family: libev
/* Each connection has an idle timer; one in ten is closed on a path that forgets to stop it. */
#include "support/libev.h"

#define CONNECTIONS 400

static ev_timer idle[CONNECTIONS];
static int connections, timeouts;

SITE static void connection_open(struct ev_loop *loop, ev_timer *timer)
{
    timer_ready(timer, 0., HOUR, &timeouts);
    // expect: libev leak created=400 armed=400 fired=0 stopped=360 released=360 live=40
    // never-fired=40
    ev_timer_again(loop, timer);
}

static void serve(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    connection_open(loop, &idle[connections]);
    if (connections % 10 != 3)
        ev_timer_stop(loop, &idle[connections]);
    if (++connections == CONNECTIONS) {
        ev_timer_stop(loop, timer);
        ev_break(loop, EVBREAK_ALL);
    }
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer load;
    ev_timer_init(&load, serve, PACE / 1000., PACE / 1000.);
    // expect: libev clean created=1 armed=1 fired=400 stopped=1 released=1
    ev_timer_start(loop, &load);
    ev_run(loop, 0);
    printf("%d connections, %d timeouts\n", connections, timeouts);
    print_process_facts();
    return 0;
}
