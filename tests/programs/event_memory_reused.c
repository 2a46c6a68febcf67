// library: pc:libevent
// family: libevent
/* The memory of an event is used anew while it is pending: libevent is not asked to go on with
 * that. */
#include "support/libevent.h"

static int fired;

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *mine = calloc(1, sizeof(*mine));
    struct timeval hour = {.tv_sec = 3600};
    evtimer_assign(mine, base, count, &fired);
    // expect: libevent held created=1 armed=1 never-fired=1 overwritten=1
    evtimer_add(mine, &hour);
    memset(mine, 0, sizeof(*mine));
    evtimer_assign(mine, base, count, &fired);
    // expect: libevent held created=1 armed=1 never-fired=1
    evtimer_add(mine, &hour);

    /* Freed, and something else's; or not mapped any more. Found in the end. */
    struct event *freed = calloc(1, 1 << 20);
    evtimer_assign(freed, base, count, &fired);
    // expect: libevent held created=1 armed=1 never-fired=1 overwritten=1
    evtimer_add(freed, &hour);
    free(freed);
    struct event *other = evtimer_new(base, count, &fired);
    event_free(other);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
