// link: -lgotime
/*
 * Many connections without a timer of their own: each is a state machine,
 *
 *     idle --its turn has come--> connecting --answered--> connected
 *       ^                              |                       |
 *       +---- refused, or no answer ---+------- lost ----------+
 *
 * and all delays (when to dial again, how long to wait for an answer) are counted in ticks of one
 * ticker. One thread owns all states; it learns what happens from one channel.
 */
#include <stdbool.h>
#include <stdio.h>
#include <pthread.h>

#include <gotime/gotime.h>

#define CONNECTIONS 200
#define TICK GT_MILLISECOND
#define PATIENCE 50     /* ticks to wait for an answer */
#define LONGEST_PAUSE 8 /* ticks between two attempts */

enum state { IDLE, CONNECTING, CONNECTED };
enum happening { ANSWERED, REFUSED, LOST };

struct connection {
    enum state state;
    unsigned attempt; /* counts them all, so that an answer to an earlier one is known as such */
    unsigned failures;
    unsigned ticks_left; /* idle: until it dials again; connecting: until it gives up */
};

struct event {
    int connection;
    unsigned attempt;
    enum happening what;
};

struct call {
    int connection;
    unsigned attempt;
};

static struct connection connections[CONNECTIONS];
static int connected;
static gt_chan calls, events;

static void enter_idle(struct connection *connection)
{
    unsigned pause = 1u << connection->failures;

    connection->state = IDLE;
    connection->ticks_left = pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
}

static void enter_connecting(struct connection *connection)
{
    struct call call = {(int)(connection - connections), connection->attempt + 1};

    if (gt_chan_try_send(calls, &call) != 0)
        return; /* the line is busy: at the next tick */
    connection->state = CONNECTING;
    connection->attempt = call.attempt;
    connection->ticks_left = PATIENCE;
}

static void enter_connected(struct connection *connection)
{
    connection->state = CONNECTED;
    connection->failures = 0;
    connected++;
}

static void attempt_failed(struct connection *connection)
{
    if (connection->failures < 16)
        connection->failures++;
    enter_idle(connection);
}

static void on_tick(struct connection *connection)
{
    if (connection->ticks_left > 0)
        connection->ticks_left--;
    if (connection->ticks_left > 0)
        return;
    if (connection->state == IDLE)
        enter_connecting(connection);
    else if (connection->state == CONNECTING)
        attempt_failed(connection);
}

static void on_event(const struct event *event)
{
    struct connection *connection = &connections[event->connection];

    if (event->attempt != connection->attempt)
        return;
    if (connection->state == CONNECTING && event->what == ANSWERED) {
        enter_connected(connection);
    } else if (connection->state == CONNECTING && event->what == REFUSED) {
        attempt_failed(connection);
    } else if (connection->state == CONNECTED && event->what == LOST) {
        connected--;
        enter_idle(connection);
    }
}

/* Until all are connected. */
static void manage(gt_chan ticks)
{
    struct event event;
    struct gt_case cases[] = {
        GT_CASE_RECV(events, &event),
        GT_CASE_RECV(ticks, NULL),
    };

    while (connected < CONNECTIONS || gt_chan_len(events) > 0) {
        if (gt_select(cases, 2) == 0)
            on_event(&event);
        else
            for (int i = 0; i < CONNECTIONS; i++)
                on_tick(&connections[i]);
    }
}

/*
 * The peers: the first attempt is refused or, by every tenth of them, left without an answer; the
 * second one succeeds, and is lost at once by every seventh; then all goes well.
 */
static void *network(void *unused)
{
    struct call call;

    while (gt_chan_recv(calls, &call) == 0) {
        struct event event = {call.connection, call.attempt, ANSWERED};

        if (call.attempt == 1 && call.connection % 10 == 0)
            continue;
        if (call.attempt == 1)
            event.what = REFUSED;
        gt_chan_send(events, &event);
        event.what = LOST;
        if (call.attempt == 2 && call.connection % 7 == 0)
            gt_chan_send(events, &event);
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    // expect: gotime/ticker clean created=1 armed=1 stopped=1 released=1
    gt_ticker ticker = gt_ticker_new(TICK);

    calls = gt_chan_make(sizeof(struct call), CONNECTIONS);
    events = gt_chan_make(sizeof(struct event), CONNECTIONS);
    if (pthread_create(&thread, NULL, network, NULL) != 0)
        return 1;
    manage(gt_ticker_chan(ticker));
    gt_ticker_free(ticker);
    gt_chan_close(calls);
    pthread_join(thread, NULL);
    gt_chan_free(calls);
    gt_chan_free(events);
    printf("%d of %d connected\n", connected, CONNECTIONS);
    return 0;
}
