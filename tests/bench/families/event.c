// library: pc:libevent
/* event add|make|assign|io: of a timer that stays; made and freed; in memory of the program's own;
 * of an event without a timeout. */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>

#include "pair.h"

static struct event_base *base;
static struct event *timer;
static struct timeval hour = {.tv_sec = 3600};

static void unexpected(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    abort();
}

static void add_del(void)
{
    event_add(timer, &hour);
    event_del(timer);
}

static void make_free(void)
{
    struct event *made = evtimer_new(base, unexpected, NULL);

    event_add(made, &hour);
    event_free(made);
}

/* In memory of the program's own: each time a timer of its own. */
static void assign_del(void)
{
    static struct event mine;

    evtimer_assign(&mine, base, unexpected, NULL);
    event_add(&mine, &hour);
    event_del(&mine);
}

static void count(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
}

/* Without a timeout: made active and called. */
static void io(void)
{
    event_active(timer, EV_READ, 0);
    event_base_loop(base, EVLOOP_NONBLOCK);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*pair)(void);
    } pairs[] = {{"add", add_del}, {"make", make_free}, {"assign", assign_del}, {"io", io}};

    base = event_base_new();
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        if (argc > 1 && !strcmp(argv[1], pairs[i].name)) {
            timer = event_new(base, 0, pairs[i].pair == io ? EV_READ : 0, count, NULL);
            pair_print(pairs[i].pair);
        }
    return 0;
}
