// library: pc:libevent
// family: libevent
/* As it was before libevent 2: one base for all, and what is called so; and timeouts in common. */
#include <event.h>
#include "support/libevent.h"

static int fired;

int main(void)
{
    struct event_base *base = event_init();
    struct event timer, other;
    struct timeval hour = {.tv_sec = 3600}, soon = milliseconds(2);
    evtimer_set(&timer, count, &fired);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    evtimer_add(&timer, &soon);
    run_until(base, &fired, 1);
    timeout_set(&other, count, &fired);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    timeout_add(&other, &hour);
    printf("pending: %d\n", timeout_pending(&other, NULL));
    timeout_del(&other);
    event_set(&other, 0, EV_READ, count, &fired);
    event_base_set(base, &other);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_once(-1, EV_TIMEOUT, count, &fired, &soon);
    run_until(base, &fired, 2);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_loopexit(&soon);
    event_dispatch();

    const struct timeval *common = event_base_init_common_timeout(base, &soon);
    struct event many[3];
    for (volatile int i = 0; i < 3; i++) {
        evtimer_set(&many[i], count, &fired);
        // expect: libevent clean created=3 armed=3 fired=3 stopped=0 released=3
        evtimer_add(&many[i], common);
    }
    run_until(base, &fired, 5);
    // expect: libevent held created=1 armed=1 fired=3 never-stopped=1
    struct event *ticks = event_new(base, -1, EV_PERSIST, count, &fired);
    event_add(ticks, common);
    run_until(base, &fired, 8);
    common = event_base_init_common_timeout(base, &hour);
    // expect: libevent held created=1 armed=1 never-fired=1
    evtimer_add(&timer, common);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
