// library: pc:libevent
// family: libevent
/* What becomes of a timer of libevent: one of each kind, and what they may end in. */
#include "support/libevent.h"

static int fired;

int main(void)
{
    struct event_base *base = event_base_new();
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    struct event *once = evtimer_new(base, count, &fired);
    add_for(once, 1);
    run_until(base, &fired, 1);
    printf("pending after it fired: %d\n", evtimer_pending(once, NULL));
    event_free(once);

    // expect: libevent clean created=1 armed=2 fired=0 stopped=2 released=1
    struct event *deleted = evtimer_new(base, count, &fired);
    add_for(deleted, AN_HOUR);
    event_del(deleted);
    event_del(deleted);
    add_for(deleted, AN_HOUR);
    event_free(deleted);

    // expect: libevent clean created=1 armed=3 fired=1 stopped=0 released=1
    struct event *set_anew = evtimer_new(base, count, &fired);
    add_for(set_anew, AN_HOUR);
    add_for(set_anew, AN_HOUR);
    add_for(set_anew, 1);
    run_until(base, &fired, 2);
    event_free(set_anew);

    // expect: libevent held created=1 armed=0 never-armed=1
    evtimer_new(base, count, &fired);
    // expect: libevent held created=1 armed=1 never-fired=1
    struct event *waits = evtimer_new(base, count, &fired);
    add_for(waits, AN_HOUR);
    // expect: libevent held created=1 armed=1 stopped=1 never-released=1
    struct event *stopped = evtimer_new(base, count, &fired);
    add_for(stopped, AN_HOUR);
    event_del_noblock(stopped);
    // expect: libevent held created=1 armed=1 fired=1 never-released=1
    struct event *spent = evtimer_new(base, count, &fired);
    add_for(spent, 0);
    run_until(base, &fired, 3);
    // expect: libevent held created=1 armed=1 fired=3 never-stopped=1
    struct event *ticks = event_new(base, -1, EV_PERSIST, count, &fired);
    add_for(ticks, 2);
    run_until(base, &fired, 6);

    /* Memory of the program's: a timer while it is pending. */
    struct event mine;
    evtimer_assign(&mine, base, count, &fired);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    evtimer_add(&mine, &(struct timeval){.tv_sec = 3600});
    evtimer_del(&mine);
    // expect: libevent clean created=1 armed=2 fired=0 stopped=1 released=1
    evtimer_add(&mine, &(struct timeval){.tv_sec = 3600});
    evtimer_add(&mine, &(struct timeval){.tv_sec = 7200});
    evtimer_del(&mine);
    // expect: libevent held created=1 armed=1 never-fired=1
    evtimer_add(&mine, &(struct timeval){.tv_sec = 3600});
    printf("pending: %d\n", evtimer_pending(&mine, NULL));
    printf("not there: %p\n", (void *)event_new(base, -1, EV_SIGNAL | EV_READ, count, &fired));
    print_process_facts();
    return 0;
}
