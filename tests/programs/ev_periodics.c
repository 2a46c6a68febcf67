// library: ev.h
// link: -lev
// family: libev
/* By the wall clock: at a time, each so long, and when the program says it each time. */
#include "support/libev.h"

static int fired, asked;

static void count_periodic(struct ev_loop *loop, ev_periodic *periodic, int events)
{
    (void)loop;
    (void)periodic;
    fired += events == EV_PERIODIC;
}

static ev_tstamp in_a_moment(ev_periodic *periodic, ev_tstamp now)
{
    (void)periodic;
    asked++;
    return now + .002;
}

static ev_tstamp in_an_hour(ev_periodic *periodic, ev_tstamp now)
{
    (void)periodic;
    return now + HOUR;
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_periodic once, ticks, told, later, stopped;
    ev_periodic_init(&once, count_periodic, ev_now(loop) + SOON, 0., 0);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_periodic_start(loop, &once);
    run_until(loop, &fired, 1);
    ev_periodic_init(&ticks, count_periodic, 0., .005, 0);
    // expect: libev clean created=1 armed=1 fired=2 stopped=1 released=1
    ev_periodic_start(loop, &ticks);
    run_until(loop, &fired, 3);
    ev_periodic_stop(loop, &ticks);
    ev_periodic_init(&told, count_periodic, 0., 0., in_a_moment);
    // expect: libev held created=1 armed=1 fired=3 never-stopped=1
    ev_periodic_start(loop, &told);
    run_until(loop, &fired, 6);
    ev_periodic_init(&later, count_periodic, 0., 0., in_an_hour);
    // expect: libev held created=1 armed=2 never-fired=1
    ev_periodic_start(loop, &later);
    ev_periodic_again(loop, &later);
    ev_periodic_init(&stopped, count_periodic, ev_now(loop) + HOUR, 0., 0);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_periodic_again(loop, &stopped);
    ev_periodic_stop(loop, &stopped);
    printf("fired %d, asked %d\n", fired, asked >= 4);
    return 0;
}
