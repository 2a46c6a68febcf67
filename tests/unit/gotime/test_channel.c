/* Channels: against a naive model, stale, closed, and with thousands that wait. */
#include "gotime/channel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <time.h>

#include "crew.h"
#include "gotime/handle.h"
#include "naive.h"

static struct crew crew;

static void step(struct naive *naive, uint32_t number, uint32_t *seed)
{
    enum gt_direction direction = any_below(seed, 2) ? GT_SEND : GT_RECV;
    int expected = naive_expects(naive, direction);
    unsigned char bytes[NAIVE_BYTES];

    naive_fill(bytes, naive->size, number);
    if (direction == GT_SEND) {
        cr_assert_eq(gt_chan_try_send(naive->chan, bytes), expected);
        if (expected == 0)
            naive_send(naive, number);
    } else {
        cr_assert_eq(gt_chan_try_recv(naive->chan, bytes), expected);
        cr_assert(expected == -EAGAIN || naive_recv(naive, bytes));
    }
}

Test(channel, agrees_with_the_naive_one)
{
    struct naive channels[6];
    uint32_t seed = 1;

    for (int i = 0; i < 6; i++)
        naive_make(&channels[i], &seed);
    for (uint32_t number = 0; number < 200000; number++) {
        struct naive *naive = &channels[any_below(&seed, 6)];
        uint32_t rare = any_below(&seed, 500);

        if (rare == 0) {
            cr_assert_eq(gt_chan_close(naive->chan), naive->closed ? -EPIPE : 0);
            naive->closed = true;
        } else if (rare == 1) {
            cr_assert_eq(gt_chan_free(naive->chan), 0);
            naive_make(naive, &seed);
        } else {
            step(naive, number, &seed);
        }
        naive_check(naive);
    }
    for (int i = 0; i < 6; i++)
        cr_assert_eq(gt_chan_free(channels[i].chan), 0);
}

Test(channel, null_sends_zeros_and_discards)
{
    gt_chan chan = gt_chan_make(4, 2);
    uint32_t value = 9;

    cr_expect_eq(gt_chan_send(chan, NULL), 0);
    cr_expect_eq(gt_chan_send(chan, &value), 0);
    cr_expect_eq(gt_chan_recv(chan, &value), 0);
    cr_expect_eq(value, 0);
    cr_expect_eq(gt_chan_recv(chan, NULL), 0);
    cr_expect_eq(gt_chan_len(chan), 0);
    gt_chan_free(chan);
}

Test(channel, closed_it_gives_what_it_holds_and_then_zeros)
{
    gt_chan chan = gt_chan_make(4, 2);
    uint32_t value = 9;

    cr_expect_eq(gt_chan_send(chan, &value), 0);
    cr_expect_eq(gt_chan_close(chan), 0);
    cr_expect_eq(gt_chan_close(chan), -EPIPE);
    cr_expect_eq(gt_chan_send(chan, &value), -EPIPE);
    cr_expect_eq(gt_chan_recv(chan, &value), 0);
    cr_expect_eq(value, 9);
    cr_expect_eq(gt_chan_recv(chan, &value), -EPIPE);
    cr_expect_eq(value, 0);
    gt_chan_free(chan);
}

Test(channel, of_zeros_is_never_ready)
{
    gt_chan none = {0};
    int value;

    cr_expect_eq(gt_chan_try_recv(none, &value), -EAGAIN);
    cr_expect_eq(gt_chan_try_send(none, &value), -EAGAIN);
    cr_expect_eq(gt_chan_recv_timeout(none, &value, 1), -ETIMEDOUT);
    cr_expect_eq(gt_chan_send_timeout(none, &value, -1), -ETIMEDOUT);
    cr_expect_eq(gt_chan_close(none), -ESTALE);
    cr_expect_eq(gt_chan_free(none), -ESTALE);
    cr_expect_eq(gt_chan_len(none), 0);
    cr_expect_eq(gt_chan_cap(none), 0);
}

static void expect_stale(gt_chan chan)
{
    int64_t value = 0;

    cr_expect_eq(gt_chan_send(chan, &value), -ESTALE);
    cr_expect_eq(gt_chan_recv(chan, &value), -ESTALE);
    cr_expect_eq(gt_chan_try_send(chan, &value), -ESTALE);
    cr_expect_eq(gt_chan_try_recv(chan, &value), -ESTALE);
    cr_expect_eq(gt_chan_recv_timeout(chan, &value, GT_NEVER), -ESTALE);
    cr_expect_eq(gt_chan_close(chan), -ESTALE);
    cr_expect_eq(gt_chan_free(chan), -ESTALE);
    cr_expect_eq(gt_chan_len(chan), 0);
    cr_expect_eq(gt_chan_cap(chan), 0);
}

Test(channel, freed_it_is_stale_also_when_its_place_is_used_again)
{
    gt_chan chan = gt_chan_make(8, 1), next;

    cr_expect_eq(gt_chan_free(chan), 0);
    expect_stale(chan);
    next = gt_chan_make(8, 1);
    cr_assert_eq(handle_index(next.handle), handle_index(chan.handle), "the place is used again");
    expect_stale(chan);
    cr_expect_eq(gt_chan_send(next, NULL), 0);
    gt_chan_free(next);
}

Test(channel, that_never_was_is_stale)
{
    gt_chan chan = gt_chan_make(8, 1);

    expect_stale((gt_chan){chan.handle + 1});
    expect_stale((gt_chan){handle_make(KIND_CHANNEL, 0, 0)});
    expect_stale((gt_chan){handle_make(KIND_CHANNEL, (1u << HANDLE_INDEX_BITS) - 1, 1)});
    expect_stale((gt_chan){handle_make(KIND_FUNC, 1, 1)});
    expect_stale((gt_chan){handle_make(KIND_CONTEXT, 1, 1)});
    expect_stale((gt_chan){UINT64_MAX});
    expect_stale((gt_chan){1});
    cr_expect_eq(gt_chan_free(chan), 0);
    expect_stale((gt_chan){chan.handle + 1});
}

static int64_t monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * GT_SECOND + now.tv_nsec;
}

Test(channel, who_timed_out_waits_no_more)
{
    gt_chan chan = gt_chan_make(4, 0);
    int64_t before = monotonic();
    int value = 9;

    cr_expect_eq(gt_chan_recv_timeout(chan, &value, 2 * GT_MILLISECOND), -ETIMEDOUT);
    cr_expect_geq(monotonic() - before, 2 * GT_MILLISECOND);
    cr_expect_eq(value, 9);
    cr_expect_eq(gt_chan_try_send(chan, &value), -EAGAIN);
    cr_expect_eq(gt_chan_send_timeout(chan, &value, 2 * GT_MILLISECOND), -ETIMEDOUT);
    cr_expect_geq(monotonic() - before, 4 * GT_MILLISECOND);
    cr_expect_eq(gt_chan_try_recv(chan, &value), -EAGAIN);
    cr_expect_eq(gt_chan_recv_timeout(chan, &value, INT64_MIN), -ETIMEDOUT);
    cr_expect_null(channel_at(chan.handle)->receivers.first);
    cr_expect_null(channel_at(chan.handle)->senders.first);
    gt_chan_free(chan);
}

Test(channel, with_a_timeout_what_is_there_is_given)
{
    gt_chan chan = gt_chan_make(4, 1);
    int value = 9;

    cr_expect_eq(gt_chan_send_timeout(chan, &value, 0), 0);
    cr_expect_eq(gt_chan_recv_timeout(chan, &value, -5), 0);
    gt_chan_free(chan);
}

Test(channel, too_large_is_no_memory)
{
    errno = 0;
    cr_expect_eq(gt_chan_make(SIZE_MAX / 2, 3).handle, 0);
    cr_expect_eq(errno, ENOMEM);
    errno = 0;
    cr_expect_eq(gt_chan_make(0, SIZE_MAX).handle, 0);
    cr_expect_eq(errno, ENOMEM);
}

Test(channel, of_an_owner_is_only_for_receiving)
{
    gt_chan chan = channel_make_owned();

    cr_expect_eq(gt_chan_try_recv(chan, NULL), -EAGAIN);
    cr_expect_eq(gt_chan_send(chan, NULL), -EPERM);
    cr_expect_eq(gt_chan_close(chan), -EPERM);
    cr_expect_eq(gt_chan_free(chan), -EPERM);
    cr_expect_eq(channel_close_owned(chan), 0);
    cr_expect_eq(channel_close_owned(chan), -EPIPE);
    cr_expect_eq(gt_chan_recv(chan, NULL), -EPIPE);
    cr_expect_eq(channel_free_owned(chan), 0);
    cr_expect_eq(channel_free_owned(chan), -ESTALE);
    cr_expect_eq(gt_chan_recv(chan, NULL), -ESTALE);
}

/* ---- between threads ---- */

struct transfer {
    gt_chan chan;
    enum gt_direction direction;
    int64_t value;
    int result;
};

static void *transfer_one(void *argument)
{
    struct transfer *transfer = argument;

    transfer->result = transfer->direction == GT_SEND
                           ? gt_chan_send(transfer->chan, &transfer->value)
                           : gt_chan_recv(transfer->chan, &transfer->value);
    return NULL;
}

static struct transfer transfers[CREW_MOST];

/* Threads that wait on one channel, the sending ones with the numbers from 0 on. */
static struct channel *wait_on(gt_chan chan, enum gt_direction direction, size_t count)
{
    struct channel *channel = channel_at(chan.handle);

    for (size_t i = 0; i < count; i++)
        transfers[i] =
            (struct transfer){chan, direction, direction == GT_SEND ? (int64_t)i : -1, 1};
    crew_start(&crew, count, transfer_one, transfers, sizeof(transfers[0]));
    queue_await(direction == GT_SEND ? &channel->senders : &channel->receivers, &channel->lock,
                count);
    expect_sound(chan);
    return channel;
}

/* All have gone on with that result, the receivers with that value. */
static void expect_results(int result, int64_t value)
{
    crew_join(&crew);
    for (size_t i = 0; i < crew.count; i++) {
        cr_expect_eq(transfers[i].result, result, "%zu: %d", i, transfers[i].result);
        cr_expect(transfers[i].direction == GT_SEND || transfers[i].value == value);
    }
}

Test(channel, thousands_of_receivers_get_one_element_each)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);
    static bool got[CREW_MOST];

    wait_on(chan, GT_RECV, CREW_MOST);
    for (int64_t i = 0; i < CREW_MOST; i++)
        cr_expect_eq(gt_chan_try_send(chan, &i), 0);
    cr_expect_eq(gt_chan_try_send(chan, NULL), -EAGAIN, "each was given exactly one");
    crew_join(&crew);
    for (size_t i = 0; i < CREW_MOST; i++) {
        cr_assert_eq(transfers[i].result, 0);
        cr_expect_not(got[transfers[i].value]);
        got[transfers[i].value] = true;
    }
    expect_sound(chan);
    gt_chan_free(chan);
}

Test(channel, one_element_wakes_one)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 4);
    struct channel *channel = wait_on(chan, GT_RECV, 50);
    int given = 0;

    cr_expect_eq(gt_chan_send(chan, NULL), 0);
    queue_await(&channel->receivers, &channel->lock, 49);
    cr_expect_eq(gt_chan_len(chan), 0, "handed over, not buffered");
    cr_expect_eq(gt_chan_close(chan), 0);
    crew_join(&crew);
    for (int i = 0; i < 50; i++) {
        given += transfers[i].result == 0;
        cr_expect(transfers[i].result == 0 || transfers[i].result == -EPIPE);
    }
    cr_expect_eq(given, 1);
    gt_chan_free(chan);
}

Test(channel, thousands_of_senders_are_received_from_in_turn)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 3);
    static bool got[CREW_MOST];
    int64_t value;

    for (int i = 0; i < 3; i++)
        cr_expect_eq(gt_chan_send(chan, NULL), 0);
    wait_on(chan, GT_SEND, CREW_MOST);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(gt_chan_try_recv(chan, NULL), 0);
    for (int i = 0; i < CREW_MOST; i++) {
        cr_assert_eq(gt_chan_try_recv(chan, &value), 0);
        cr_expect_not(got[value]);
        got[value] = true;
    }
    cr_expect_eq(gt_chan_try_recv(chan, &value), -EAGAIN);
    expect_results(0, 0);
    gt_chan_free(chan);
}

Test(channel, close_wakes_all_receivers)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);

    wait_on(chan, GT_RECV, 200);
    cr_expect_eq(gt_chan_close(chan), 0);
    expect_results(-EPIPE, 0);
    gt_chan_free(chan);
}

Test(channel, close_wakes_all_senders)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);

    wait_on(chan, GT_SEND, 200);
    cr_expect_eq(gt_chan_close(chan), 0);
    expect_results(-EPIPE, 0);
    cr_expect_eq(gt_chan_recv(chan, NULL), -EPIPE, "what they had is not received");
    gt_chan_free(chan);
}

Test(channel, free_wakes_all)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);

    wait_on(chan, GT_RECV, 200);
    cr_expect_eq(gt_chan_free(chan), 0);
    expect_results(-ESTALE, -1);
}
