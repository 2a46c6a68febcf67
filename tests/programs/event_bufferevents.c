// library: pc:libevent
// family: libevent
/* The timeouts of a bufferevent are timers from the call that sets them, until it is freed. */
#include <event2/bufferevent.h>
#include <sys/socket.h>
#include "support/libevent.h"

static int happened, arrived;
static short whats;

static void on_read(struct bufferevent *buffer, void *argument)
{
    char bytes[16];
    (void)argument;
    arrived += (int)bufferevent_read(buffer, bytes, sizeof(bytes));
}

static void on_event(struct bufferevent *buffer, short what, void *argument)
{
    (void)buffer;
    (void)argument;
    whats = what;
    happened++;
}

static struct bufferevent *buffer_new(struct event_base *base, int *other)
{
    int ends[2];
    fail_if(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0, "socketpair");
    struct bufferevent *buffer = bufferevent_socket_new(base, ends[0], BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(buffer, on_read, NULL, on_event, NULL);
    *other = ends[1];
    return buffer;
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct timeval hour = {.tv_sec = 3600}, soon = milliseconds(2);
    int other;
    struct bufferevent *buffer = buffer_new(base, &other);
    /* To read; data that comes sets it anew, within libevent. */
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    bufferevent_set_timeouts(buffer, &hour, NULL);
    bufferevent_enable(buffer, EV_READ);
    for (int turn = 0; turn < 2; turn++) {
        fail_if(write(other, "x", 1) != 1, "write");
        run_until(base, &arrived, turn + 1);
    }
    bufferevent_free(buffer);
    close(other);

    buffer = buffer_new(base, &other);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    bufferevent_set_timeouts(buffer, &soon, NULL);
    bufferevent_enable(buffer, EV_READ);
    run_until(base, &happened, 1);
    printf("to read: %d\n", whats == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
    bufferevent_set_timeouts(buffer, NULL, NULL);
    // expect: libevent clean created=1 armed=2 fired=0 stopped=2 released=1
    bufferevent_set_timeouts(buffer, &hour, NULL);
    bufferevent_enable(buffer, EV_READ);
    bufferevent_disable(buffer, EV_READ);
    bufferevent_enable(buffer, EV_READ);
    bufferevent_free(buffer);
    close(other);

    struct bufferevent *pair[2];
    bufferevent_pair_new(base, 0, pair);
    bufferevent_setcb(pair[0], on_read, NULL, on_event, NULL);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    bufferevent_set_timeouts(pair[0], &soon, NULL);
    bufferevent_enable(pair[0], EV_READ);
    run_until(base, &happened, 2);
    bufferevent_free(pair[0]);
    bufferevent_free(pair[1]);

    int others[3];
    for (volatile int i = 0; i < 3; i++) {
        struct bufferevent *forgotten = buffer_new(base, &others[i]);
        // expect: libevent held created=6 armed=3 never-armed=3 never-fired=3
        bufferevent_set_timeouts(forgotten, &hour, &hour);
        bufferevent_enable(forgotten, EV_READ);
    }
    printf("happened %d, arrived %d\n", happened, arrived);
    print_process_facts();
    return 0;
}
