// library: pc:libevent
// family: libevent
/* What the program asks of an event is what it said; what it does by hand is no
 * fire. */
#include "support/libevent.h"

static int fired;

static void tell(int fd, short what, void *argument)
{
    printf("called for %d, %s%s, with %s\n", fd, what & EV_TIMEOUT ? "timeout" : "",
           what & EV_READ ? "read" : "", (char *)argument);
    fired++;
}

static int look(const struct event_base *base, const struct event *event, void *argument)
{
    (void)base;
    printf("found: %d\n", event_get_callback(event) == tell && event == argument);
    return 0;
}

static void print_assignment(const struct event *event, struct event_base *base,
                             const char *argument)
{
    struct event_base *its_base;
    event_callback_fn callback;
    void *its_argument;
    short events;
    int fd;
    event_get_assignment(event, &its_base, &fd, &events, &callback, &its_argument);
    printf("assigned: %d %d %d %d %d\n", its_base == base, fd, events, callback == tell,
           its_argument == argument);
    printf("said: %d %d\n", event_get_callback(event) == tell,
           event_get_callback_arg(event) == argument);
}

int main(void)
{
    static char word[] = "word";
    struct event_base *base = event_base_new();
    // expect: libevent clean created=1 armed=4 fired=1 stopped=3 released=1
    struct event *timer = evtimer_new(base, tell, word);
    print_assignment(timer, base, word);
    add_for(timer, AN_HOUR);
    print_assignment(timer, base, word);
    event_base_foreach_event(base, look, timer);
    /* Called, and deleted. */
    event_active(timer, EV_TIMEOUT, 0);
    run_until(base, &fired, 1);
    printf("pending: %d\n", evtimer_pending(timer, NULL));
    add_for(timer, AN_HOUR);
    event_active(timer, EV_READ, 0);
    run_until(base, &fired, 2);
    event_active(timer, EV_TIMEOUT, 0);
    run_until(base, &fired, 3);
    add_for(timer, 1);
    run_until(base, &fired, 4);
    add_for(timer, AN_HOUR);
    event_free(timer);

    // expect: libevent clean created=1 armed=0 released=1
    struct event *self = evtimer_new(base, count, event_self_cbarg());
    printf("its own argument: %d\n", event_get_callback_arg(self) == self);
    event_free(self);

    /* It ticks on, whenever it was called besides. */
    int ticks = 0;
    // expect: libevent clean created=1 armed=2 fired=0 stopped=1 released=1
    struct event *ticker = event_new(base, -1, EV_PERSIST, count, &ticks);
    add_for(ticker, AN_HOUR);
    event_active(ticker, EV_WRITE, 0);
    run_until(base, &ticks, 1);
    printf("pending: %d\n", evtimer_pending(ticker, NULL));
    event_free(ticker);

    /* Copied before it is added, it is another event. */
    struct event mine, copy;
    evtimer_assign(&mine, base, tell, word);
    copy = mine;
    evtimer_assign(&mine, base, count, &ticks);
    struct timeval soon = milliseconds(1);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    evtimer_add(&copy, &soon);
    run_until(base, &fired, 5);
    event_base_free(base);
    print_process_facts();
    return 0;
}
