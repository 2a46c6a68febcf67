// library: ev.h
// link: -lev
// family: libev
/* The timeout of ev_once() is in a watcher of libev's own: it ends when either comes. */
#include "support/libev.h"

static int came, all;

static void on_once(int events, void *argument)
{
    (void)argument;
    all |= events;
    came++;
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    int ends[2];
    fail_if(pipe(ends) != 0, "pipe");
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    ev_once(loop, -1, 0, SOON, on_once, NULL);
    run_until(loop, &came, 1);
    printf("a timer: %d\n", all == EV_TIMER);
    fail_if(write(ends[1], "x", 1) != 1, "write");
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    ev_once(loop, ends[0], EV_READ, HOUR, on_once, NULL);
    run_until(loop, &came, 2);
    /* No timeout, no timer. */
    ev_once(loop, ends[0], EV_READ, -1., on_once, NULL);
    run_until(loop, &came, 3);
    for (volatile int i = 0; i < 3; i++)
        // expect: libev held created=3 armed=3 never-fired=3
        ev_once(loop, -1, 0, HOUR, on_once, NULL);
    // expect-process: created=5
    printf("came %d\n", came);
    print_process_facts();
    return 0;
}
