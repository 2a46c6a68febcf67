// library: pc:libevent
// family: libevent
/*
 * Each request has a timer, that one in ten forgets to free, and a connection with an idle timeout,
 * of which some are dropped with it pending.
 */
#include "support/libevent.h"

#define REQUESTS 400

struct connection {
    struct event idle;
};

static struct event_base *base;
static struct connection connections[REQUESTS];
static int requests, timeouts;

SITE static struct event *request_watch(void)
{
    // expect: libevent leak created=400 armed=400 fired=0 stopped=360 released=360 live=40
    // never-fired=40
    struct event *timer = evtimer_new(base, count, &timeouts);
    add_for(timer, AN_HOUR);
    return timer;
}

SITE static void connection_open(struct connection *connection)
{
    struct timeval hour = {.tv_sec = 3600};
    evtimer_assign(&connection->idle, base, count, &timeouts);
    // expect: libevent leak created=400 armed=400 fired=0 stopped=360 released=360 live=40
    // never-fired=40
    evtimer_add(&connection->idle, &hour);
}

static void serve(int fd, short what, void *argument)
{
    struct connection *connection = &connections[requests];
    struct event *timer = request_watch();
    (void)fd;
    (void)what;
    connection_open(connection);
    if (requests % 10 != 3)
        event_free(timer);
    if (requests % 10 != 7)
        evtimer_del(&connection->idle);
    if (++requests == REQUESTS)
        event_base_loopbreak(argument);
}

int main(void)
{
    base = event_base_new();
    // expect: libevent clean created=1 armed=1 fired=400 stopped=1 released=1
    struct event *load = event_new(base, -1, EV_PERSIST, serve, base);
    add_for(load, PACE);
    event_base_dispatch(base);
    event_free(load);
    printf("%d requests, %d timeouts\n", requests, timeouts);
    print_process_facts();
    return 0;
}
