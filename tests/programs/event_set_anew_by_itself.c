// library: pc:libevent
// family: libevent
/* A timer in the program's own memory, which its callback adds again each time: one, and no leak.
 */
#include "support/libevent.h"

#define TURNS 200

static struct event_base *base;
static struct event heartbeat;
static int beats;

/* The last is not to be due: how long the end takes, nobody knows. */
SITE static void beat_later(void)
{
    struct timeval pace = milliseconds(beats < TURNS ? PACE : AN_HOUR);
    // expect: libevent held created=200 armed=200 fired=199 stopped=0 released=199 never-fired=1
    evtimer_add(&heartbeat, &pace);
}

static void beat(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    beats++;
    beat_later();
    if (beats == TURNS)
        event_base_loopbreak(base);
}

int main(void)
{
    base = event_base_new();
    evtimer_assign(&heartbeat, base, beat, NULL);
    // expect-caller: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    beat_later();
    event_base_dispatch(base);
    printf("%d beats\n", beats);
    print_process_facts();
    return 0;
}
