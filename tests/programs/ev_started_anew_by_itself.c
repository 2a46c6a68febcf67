// library: ev.h
// link: -lev
// family: libev
/* A heartbeat whose callback starts it anew, and a watchdog that each beat pushes back: no leaks.
 */
#include "support/libev.h"

#define TURNS 200

static ev_timer heartbeat, watchdog;
static int beats, barks;

/* The last is not to be due: how long the end takes, nobody knows. */
SITE static void beat_later(struct ev_loop *loop)
{
    ev_timer_set(&heartbeat, beats < TURNS ? PACE / 1000. : HOUR, 0.);
    // expect: libev held created=200 armed=200 fired=199 stopped=0 released=199 never-fired=1
    ev_timer_start(loop, &heartbeat);
}

static void beat(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    beats++;
    beat_later(loop);
    ev_timer_again(loop, &watchdog);
    if (beats == TURNS)
        ev_break(loop, EVBREAK_ALL);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_init(&heartbeat, beat);
    // expect-caller: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    beat_later(loop);
    timer_ready(&watchdog, 0., HOUR, &barks);
    // expect: libev held created=1 armed=201 never-fired=1
    ev_timer_again(loop, &watchdog);
    ev_run(loop, 0);
    printf("%d beats, %d barks\n", beats, barks);
    print_process_facts();
    return 0;
}
