// library: pc:libevent
// family: libevent
/* Events of libevent's own making, for one time: they end when they fire, and with their base. */
#include "support/libevent.h"

static int fired;

int main(void)
{
    struct timeval hour = {.tv_sec = 3600}, soon = milliseconds(1), zero = {0, 0};
    struct event_base *base = event_base_new();
    int ends[2];
    fail_if(pipe(ends) != 0, "pipe");
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_base_once(base, -1, EV_TIMEOUT, count, &fired, &soon);
    run_until(base, &fired, 1);
    /* At once, and without a timer. */
    event_base_once(base, -1, EV_TIMEOUT, count, &fired, &zero);
    event_base_once(base, -1, EV_TIMEOUT, count, &fired, NULL);
    run_until(base, &fired, 3);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    event_base_once(base, ends[0], EV_READ, count, &fired, &hour);
    fail_if(write(ends[1], "x", 1) != 1, "write");
    run_until(base, &fired, 4);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_base_once(base, ends[1], EV_CLOSED, count, &fired, &soon);
    run_until(base, &fired, 5);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_base_loopexit(base, &soon);
    event_base_dispatch(base);
    printf("impossible: %d\n", event_base_once(base, -1, EV_SIGNAL, count, &fired, &hour));

    struct event_base *freed = event_base_new();
    for (volatile int i = 0; i < 3; i++)
        // expect: libevent clean created=3 armed=3 fired=0 stopped=3 released=3
        event_base_once(freed, -1, EV_TIMEOUT, count, &fired, &hour);
    event_base_free(freed);

    for (volatile int i = 0; i < 3; i++)
        // expect: libevent held created=3 armed=3 never-fired=3
        event_base_once(base, -1, EV_TIMEOUT, count, &fired, &hour);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
