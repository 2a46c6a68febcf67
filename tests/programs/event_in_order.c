// library: pc:libevent
// family: libevent
/* What is made active by hand and deleted, or added anew, before it is called; and events that were
 * copied. */
#include "support/libevent.h"

static int fired, others;

int main(void)
{
    struct event_base *base = event_base_new();
    // expect: libevent clean created=1 armed=3 fired=2 stopped=1 released=1
    struct event *timer = evtimer_new(base, count, &fired);
    add_for(timer, AN_HOUR);
    event_active(timer, EV_TIMEOUT, 1);
    event_del(timer);
    add_for(timer, 1);
    run_until(base, &fired, 1);
    /* Its callback is not called for what was done by hand. */
    event_active(timer, EV_TIMEOUT, 1);
    add_for(timer, 1);
    run_until(base, &fired, 2);
    event_free(timer);

    /* One that is a template for others. */
    struct event template, copies[3];
    evtimer_assign(&template, base, count, &fired);
    for (volatile int i = 0; i < 3; i++) {
        struct timeval time = milliseconds(i ? AN_HOUR : 1);
        copies[i] = template;
        // expect: libevent held created=3 armed=3 fired=1 stopped=1 released=2 never-fired=1
        event_add(&copies[i], &time);
        evtimer_assign(&template, base, count, i ? &others : &fired);
    }
    run_until(base, &fired, 3);
    printf("its own: %d\n", event_get_callback_arg(&copies[2]) == &others);
    event_del(&copies[1]);

    /* What was made by event_new() is one thing, whatever it is made to be. */
    // expect: libevent clean created=1 armed=2 fired=1 stopped=1 released=1
    struct event *changes = evtimer_new(base, count, &fired);
    add_for(changes, AN_HOUR);
    event_del(changes);
    evtimer_assign(changes, base, count, &others);
    add_for(changes, 1);
    run_until(base, &others, 1);
    event_free(changes);
    printf("fired %d, others %d\n", fired, others);
    print_process_facts();
    return 0;
}
