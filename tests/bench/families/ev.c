// library: ev.h
// link: -lev
/* ev: a watcher is a timer while it is active, made by its start and released by its stop. */
#pragma GCC diagnostic ignored "-Wstrict-aliasing"
#include <ev.h>

#include "pair.h"

static struct ev_loop *loop;
static ev_timer timer;

static void unexpected(struct ev_loop *of, ev_timer *fired, int events)
{
    (void)of;
    (void)fired;
    (void)events;
    abort();
}

static void start_stop(void)
{
    ev_timer_set(&timer, 3600., 0.);
    ev_timer_start(loop, &timer);
    ev_timer_stop(loop, &timer);
}

int main(void)
{
    loop = ev_default_loop(0);
    ev_init(&timer, unexpected);
    pair_print(start_stop);
    return 0;
}
