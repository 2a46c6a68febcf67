/* Channels in the hands of many threads: nothing is lost, closing and freeing, a fork meanwhile. */
#include "gotime/channel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"
#include "naive.h"

static struct crew crew, other_crew;

/* ---- nothing is lost, doubled or reordered ---- */

#define SENDERS 3
#define RECEIVERS 3
#define EACH 4000

struct message {
    uint32_t sender, number;
};

struct peer {
    gt_chan chan;
    uint32_t number;
    uint32_t received[SENDERS]; /* from each; and: */
    uint32_t next[SENDERS];     /* the least number that may come next */
    bool wrong;
};

/* By waiting, by trying, and with timeouts that are too short as often as not. */
static int transfer_somehow(const struct peer *peer, struct message *message, enum gt_direction way,
                            uint32_t *seed)
{
    struct gt_case one = {way, peer->chan, message, 0};
    int result;

    switch (any_below(seed, 4)) {
    case 0:
        return way == GT_SEND ? gt_chan_send(peer->chan, message)
                              : gt_chan_recv(peer->chan, message);
    case 1:
        return way == GT_SEND ? gt_chan_try_send(peer->chan, message)
                              : gt_chan_try_recv(peer->chan, message);
    case 2:
        return way == GT_SEND ? gt_chan_send_timeout(peer->chan, message, 20 * GT_MICROSECOND)
                              : gt_chan_recv_timeout(peer->chan, message, 20 * GT_MICROSECOND);
    default:
        result = gt_select_timeout(&one, 1, 50 * GT_MICROSECOND);
        return result < 0 ? result : one.result;
    }
}

static void *send_numbers(void *argument)
{
    struct peer *peer = argument;
    struct message message = {peer->number, 0};
    uint32_t seed = peer->number;

    while (message.number < EACH) {
        int result = transfer_somehow(peer, &message, GT_SEND, &seed);

        if (result == 0)
            message.number++;
        else if (result != -EAGAIN && result != -ETIMEDOUT)
            peer->wrong = true;
    }
    return NULL;
}

static void *receive_numbers(void *argument)
{
    struct peer *peer = argument;
    uint32_t seed = peer->number + 100;
    struct message message;
    int result;

    while ((result = transfer_somehow(peer, &message, GT_RECV, &seed)) != -EPIPE) {
        if (result != 0)
            continue;
        if (message.sender >= SENDERS || message.number < peer->next[message.sender]) {
            peer->wrong = true;
            continue;
        }
        peer->next[message.sender] = message.number + 1;
        peer->received[message.sender]++;
    }
    return NULL;
}

static void expect_conserved(size_t capacity)
{
    struct peer senders[SENDERS] = {0}, receivers[RECEIVERS] = {0};
    gt_chan chan = gt_chan_make(sizeof(struct message), capacity);

    for (uint32_t i = 0; i < SENDERS; i++)
        senders[i] = (struct peer){.chan = chan, .number = i};
    for (uint32_t i = 0; i < RECEIVERS; i++)
        receivers[i] = (struct peer){.chan = chan, .number = i};
    crew_start(&crew, RECEIVERS, receive_numbers, receivers, sizeof(receivers[0]));
    crew_start(&other_crew, SENDERS, send_numbers, senders, sizeof(senders[0]));
    crew_join(&other_crew);
    expect_sound(chan);
    gt_chan_close(chan);
    crew_join(&crew);
    for (int i = 0; i < SENDERS; i++) {
        uint32_t received = 0;

        for (int j = 0; j < RECEIVERS; j++)
            received += receivers[j].received[i];
        cr_expect_eq(received, EACH, "sender %d, capacity %zu: %u", i, capacity, received);
        cr_expect_not(senders[i].wrong);
        cr_expect_not(receivers[i].wrong);
    }
    gt_chan_free(chan);
}

Test(channel, between_threads_nothing_is_lost_unbuffered)
{
    expect_conserved(0);
}

Test(channel, between_threads_nothing_is_lost_buffered)
{
    expect_conserved(1);
    expect_conserved(5);
    expect_conserved(1000);
}

/* ---- closed and freed while in use ---- */

#define SHARED 4

static gt_chan shared[SHARED];

struct rascal {
    uint32_t seed;
    bool wrong;
};

static gt_chan shared_any(uint32_t *seed)
{
    return (gt_chan){__atomic_load_n(&shared[any_below(seed, SHARED)].handle, __ATOMIC_ACQUIRE)};
}

static void *meddle(void *argument)
{
    struct rascal *rascal = argument;

    for (int i = 0; i < 20000; i++) {
        gt_chan chan = shared_any(&rascal->seed);
        int64_t value = 5, wait = any_below(&rascal->seed, 20) * GT_MICROSECOND;
        struct gt_case cases[] = {GT_CASE_RECV(chan, &value),
                                  GT_CASE_SEND(shared_any(&rascal->seed), &value)};
        uint32_t what = any_below(&rascal->seed, 20);
        int result = what == 0   ? gt_chan_close(chan)
                     : what < 6  ? gt_chan_send_timeout(chan, &value, wait)
                     : what < 12 ? gt_chan_recv_timeout(chan, &value, wait)
                                 : gt_select_timeout(cases, 2, wait);

        if (result != -EPIPE && result != -ESTALE && result != -ETIMEDOUT &&
            (result < 0 || result > 1))
            rascal->wrong = true;
    }
    return NULL;
}

static void *replace(void *argument)
{
    struct rascal *rascal = argument;

    for (int i = 0; i < 5000; i++) {
        gt_chan next = gt_chan_make(sizeof(int64_t), any_below(&rascal->seed, 3)), before;
        uint64_t *at = &shared[any_below(&rascal->seed, SHARED)].handle;

        before.handle = __atomic_exchange_n(at, next.handle, __ATOMIC_ACQ_REL);
        if (gt_chan_free(before) != 0 || gt_chan_free(before) != -ESTALE)
            rascal->wrong = true;
    }
    return NULL;
}

Test(channel, closed_and_freed_in_use)
{
    struct rascal rascals[4] = {{1, false}, {2, false}, {3, false}, {4, false}};

    for (int i = 0; i < SHARED; i++)
        shared[i] = gt_chan_make(sizeof(int64_t), 1);
    crew_start(&crew, 3, meddle, rascals, sizeof(rascals[0]));
    crew_start(&other_crew, 1, replace, &rascals[3], sizeof(rascals[0]));
    crew_join(&crew);
    crew_join(&other_crew);
    for (int i = 0; i < 4; i++)
        cr_expect_not(rascals[i].wrong, "thread %d", i);
    for (int i = 0; i < SHARED; i++) {
        expect_sound(shared[i]);
        cr_expect_eq(gt_chan_free(shared[i]), 0);
    }
}

/* ---- after a fork ---- */

#define WORDS 512

static bool over;

/* Large elements, each of one number all over: half of one would be seen. */
struct large {
    int64_t words[WORDS];
};

static void *produce(void *argument)
{
    const gt_chan *chan = argument;
    struct large large;

    for (int64_t number = 0; !__atomic_load_n(&over, __ATOMIC_RELAXED); number++) {
        for (int i = 0; i < WORDS; i++)
            large.words[i] = number;
        gt_chan_send(*chan, &large);
    }
    gt_chan_close(*chan);
    return NULL;
}

static void *consume(void *argument)
{
    const gt_chan *chan = argument;

    while (gt_chan_recv(*chan, NULL) == 0)
        continue;
    return NULL;
}

static bool is_whole(const struct large *large)
{
    for (int i = 1; i < WORDS; i++)
        if (large->words[i] != large->words[0])
            return false;
    return true;
}

/* In the child: what is buffered is whole, nobody waits, and it works. */
static int child_finds(gt_chan busy, gt_chan awaited)
{
    struct large large = {{0}};
    int64_t before = -1;

    alarm(60); /* if a lock was left taken */
    if (channel_check(channel_at(busy.handle)) || channel_check(channel_at(awaited.handle)))
        return 1;
    while (gt_chan_try_recv(busy, &large) == 0) {
        if (!is_whole(&large) || (before >= 0 && large.words[0] != before + 1))
            return 2;
        before = large.words[0];
    }
    if (gt_chan_try_send(awaited, NULL) != -EAGAIN)
        return 3;
    for (int i = 0; i < 9; i++)
        if (gt_chan_try_send(busy, NULL) || gt_chan_try_recv(busy, &large) || large.words[0] != 0)
            return 4;
    return gt_chan_free(busy) || gt_chan_free(awaited) || !gt_chan_make(8, 8).handle ? 5 : 0;
}

Test(channel, a_forked_child_has_them_as_they_were)
{
    gt_chan busy = gt_chan_make(sizeof(struct large), 4),
            awaited = gt_chan_make(sizeof(int64_t), 0);
    pthread_t consumer;

    crew_start(&crew, 2, consume, &awaited, 0);
    queue_await(&channel_at(awaited.handle)->receivers, &channel_at(awaited.handle)->lock, 2);
    crew_start(&other_crew, 1, produce, &busy, 0);
    pthread_create(&consumer, NULL, consume, &busy);
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        int status;

        if (child == 0)
            _exit(child_finds(busy, awaited));
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFEXITED(status));
        cr_assert_eq(WEXITSTATUS(status), 0, "%d", WEXITSTATUS(status));
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    crew_join(&other_crew);
    pthread_join(consumer, NULL);
    gt_chan_close(awaited);
    crew_join(&crew);
    gt_chan_free(awaited);
    gt_chan_free(busy);
}
