// library: pc:libevent
// family: libevent
/* More timers at once than any fixed table would hold, then many in the same memory. */
#include "support/libevent.h"

#define MANY 50000

static struct event *timers[MANY];
static int fired;

int main(void)
{
    struct event_base *base = event_base_new();
    for (volatile int i = 0; i < MANY; i++) {
        // expect: libevent held created=50000 armed=50000 fired=25000 stopped=24997 released=49997
        // never-fired=3
        timers[i] = evtimer_new(base, count, &fired);
        add_for(timers[i], i % 2 ? AN_HOUR : 1);
    }
    run_until(base, &fired, MANY / 2);
    for (int i = 0; i < MANY - 6; i++)
        event_free(timers[i]);
    for (int i = MANY - 6; i < MANY; i += 2)
        event_free(timers[i]);
    struct event mine;
    for (volatile int i = 0; i < MANY; i++) {
        evtimer_assign(&mine, base, count, &fired);
        // expect: libevent clean created=50000 armed=50000 fired=0 stopped=50000 released=50000
        evtimer_add(&mine, &(struct timeval){.tv_sec = 3600});
        evtimer_del(&mine);
    }
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
