// library: pc:libevent
// family: libevent
/* Events that wait for a descriptor have a timer while a timeout of theirs is pending, no longer.
 */
#include "support/libevent.h"

static int called, whats;
static int ends[2];

static void take(int fd, short what, void *argument)
{
    char byte;
    (void)argument;
    if (what & EV_READ)
        fail_if(read(fd, &byte, 1) != 1, "read");
    whats |= what;
    called++;
}

static void send_one(void)
{
    fail_if(write(ends[1], "x", 1) != 1, "write");
}

static void wait_for(struct event_base *base, int enough)
{
    whats = 0;
    run_until(base, &called, enough);
    printf("called for %s%s\n", whats & EV_READ ? "read " : "",
           whats & EV_TIMEOUT ? "timeout" : "");
}

int main(void)
{
    struct event_base *base = event_base_new();
    fail_if(pipe(ends) != 0, "pipe");
    /* No timeout, no timer. */
    struct event *plain = event_new(base, ends[0], EV_READ, take, NULL);
    event_add(plain, NULL);
    send_one();
    wait_for(base, 1);
    event_free(plain);

    struct event *once = event_new(base, ends[0], EV_READ, take, NULL);
    struct timeval hour = {.tv_sec = 3600}, soon = milliseconds(2);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    event_add(once, &hour);
    send_one();
    wait_for(base, 2);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    event_add(once, &soon);
    wait_for(base, 3);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    event_add(once, &hour);
    event_remove_timer(once);
    printf("still waits to read: %d\n", event_pending(once, EV_READ | EV_TIMEOUT, NULL) == EV_READ);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    event_add(once, &hour);
    event_free(once);

    struct event *persists = event_new(base, ends[0], EV_READ | EV_PERSIST, take, NULL);
    /* What comes in time sets it anew, by libevent's own doing. */
    // expect: libevent clean created=1 armed=4 fired=0 stopped=1 released=1
    event_add(persists, &hour);
    for (int turn = 0; turn < 3; turn++) {
        send_one();
        wait_for(base, called + 1);
    }
    event_del(persists);
    // expect: libevent held created=1 armed=1 fired=3 never-stopped=1
    event_add(persists, &soon);
    wait_for(base, called + 3);

    struct event *bad = event_new(base, 1000, EV_READ, take, NULL);
    /* It was set before libevent said no. */
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    printf("not added: %d\n", event_add(bad, &hour));
    event_free(bad);
    // expect-process: created=7
    print_process_facts();
    return 0;
}
