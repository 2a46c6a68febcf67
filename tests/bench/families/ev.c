// library: ev.h
// link: -lev
// build: -fno-strict-aliasing
/* ev start|again|feed: started and stopped; pushed back; an event of another kind. */
#include <ev.h>
#include <string.h>

#include "pair.h"

static struct ev_loop *loop;
static ev_timer timer;
static ev_io io;

static void unexpected(struct ev_loop *in, ev_timer *fired, int events)
{
    (void)in;
    (void)fired;
    (void)events;
    abort();
}

static void nothing(struct ev_loop *in, ev_io *fed, int events)
{
    (void)in;
    (void)fed;
    (void)events;
}

static void start_stop(void)
{
    ev_timer_set(&timer, 3600., 0.);
    ev_timer_start(loop, &timer);
    ev_timer_stop(loop, &timer);
}

static void again(void)
{
    ev_timer_again(loop, &timer);
}

static void feed(void)
{
    ev_feed_event(loop, &io, EV_READ);
    ev_invoke_pending(loop);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*pair)(void);
    } pairs[] = {{"start", start_stop}, {"again", again}, {"feed", feed}};

    loop = ev_loop_new(0);
    ev_timer_init(&timer, unexpected, 3600., 3600.);
    ev_io_init(&io, nothing, 0, EV_READ);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        if (argc > 1 && !strcmp(argv[1], pairs[i].name))
            pair_print(pairs[i].pair);
    return 0;
}
