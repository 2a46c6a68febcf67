// library: pc:libevent
/* event start|make: of an event that stays; or made and freed as well. */
#include <event2/event.h>
#include <string.h>

#include "pair.h"

static struct event_base *base;
static struct event *timer;

static void unexpected(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    abort();
}

static void start_stop(void)
{
    struct timeval hour = {.tv_sec = 3600};

    event_add(timer, &hour);
    event_del(timer);
}

static void make_free(void)
{
    timer = evtimer_new(base, unexpected, NULL);
    start_stop();
    event_free(timer);
}

int main(int argc, char **argv)
{
    base = event_base_new();
    timer = evtimer_new(base, unexpected, NULL);
    pair_print(argc > 1 && !strcmp(argv[1], "make") ? make_free : start_stop);
    return 0;
}
