// library: ev.h
// link: -lev
// family: libev
/* Callbacks that free their watcher, start it anew, start and stop others, and never return. */
#include <setjmp.h>
#include "support/libev.h"

static ev_timer victim, made;
static int fired, turns;
static jmp_buf out;

static void frees_itself(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    printf("events %x\n", (unsigned)events);
    memset(timer, 0x5a, sizeof(*timer));
    free(timer);
    fired++;
}

static void starts_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    if (++turns < 5) {
        ev_timer_set(timer, SOON, 0.);
        // expect: libev clean created=4 armed=4 fired=4 stopped=0 released=4
        ev_timer_start(loop, timer);
    }
    fired++;
}

static void stops_and_starts(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    ev_timer_stop(loop, timer);
    ev_timer_stop(loop, &victim);
    timer_ready(&made, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1
    ev_timer_start(loop, &made);
    fired++;
}

/* The last it does is a call that returns to libev, and is the program's all the same. */
static void sets_anew_last(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    fired++;
    ev_timer_again(loop, timer->data);
}

static void feeds_last(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    fired++;
    ev_feed_event(loop, timer->data, EV_TIMER);
}

static void jumps(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
    longjmp(out, 1);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer again, ends, last, next, jumper;
    ev_timer *own = malloc(sizeof(*own));
    ev_timer_init(own, frees_itself, SOON, 0.);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, own);
    run_until(loop, &fired, 1);

    ev_timer_init(&again, starts_again, SOON, 0.);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &again);
    run_until(loop, &fired, 6);

    timer_ready(&victim, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_timer_start(loop, &victim);
    ev_timer_init(&ends, stops_and_starts, SOON, SOON);
    // expect: libev clean created=1 armed=1 fired=1 stopped=1 released=1
    ev_timer_start(loop, &ends);
    run_until(loop, &fired, 7);

    timer_ready(&next, HOUR, HOUR, &fired);
    // expect: libev held created=1 armed=2 fired=0 never-fired=1
    ev_timer_start(loop, &next);
    ev_timer_init(&last, sets_anew_last, SOON, 0.);
    last.data = &next;
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &last);
    run_until(loop, &fired, 8);
    ev_timer_init(&last, feeds_last, SOON, 0.);
    last.data = &next;
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &last);
    run_until(loop, &fired, 10);

    ev_timer_init(&jumper, jumps, SOON, 0.);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &jumper);
    if (setjmp(out) == 0)
        ev_run(loop, 0);
    timer_ready(&again, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_timer_start(loop, &again);
    run_until(loop, &fired, 11);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
