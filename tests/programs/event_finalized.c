// library: pc:libevent
// family: libevent
/* Ended by finalizers, which get what the program gave; and events that outlive their base. */
#include "support/libevent.h"

static int fired, finalized;

static void finalize(struct event *event, void *argument)
{
    (void)event;
    printf("finalized %s\n", (char *)argument);
    finalized++;
}

int main(void)
{
    static char word[] = "word";
    struct event_base *base = event_base_new();
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    struct event *freed = event_new(base, -1, EV_FINALIZE, count, word);
    add_for(freed, AN_HOUR);
    event_free_finalize(0, freed, finalize);
    run_until(base, &finalized, 1);

    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    struct event *twice = event_new(base, -1, EV_FINALIZE | EV_PERSIST, count, word);
    add_for(twice, AN_HOUR);
    event_finalize(0, twice, finalize);
    run_until(base, &finalized, 2);
    event_free(twice);

    for (volatile int i = 0; i < 2; i++) {
        // expect: libevent held created=2 armed=2 fired=0 stopped=2 never-released=2
        struct event *outlives = evtimer_new(base, count, &fired);
        add_for(outlives, AN_HOUR);
    }
    struct event mine;
    evtimer_assign(&mine, base, count, &fired);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    evtimer_add(&mine, &(struct timeval){.tv_sec = 3600});
    event_base_free(base);
    print_process_facts();
    return 0;
}
