/* Select between threads: waiting in several queues at once, nothing is lost. */
#include "gotime/channel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>

#include "crew.h"
#include "naive.h"

static struct crew crew, other_crew;

/* ---- waiting in several queues ---- */

#define MANY 100

struct selecting {
    const gt_chan *chans;
    size_t count;
    enum gt_direction direction;
    int64_t timeout;
    int result, case_result;
    int64_t value;
};

static void *select_one(void *argument)
{
    struct selecting *selecting = argument;
    struct gt_case cases[MANY];

    for (size_t i = 0; i < selecting->count; i++)
        cases[i] =
            (struct gt_case){selecting->direction, selecting->chans[i], &selecting->value, 1};
    selecting->result = gt_select_timeout(cases, selecting->count, selecting->timeout);
    if (selecting->result >= 0)
        selecting->case_result = cases[selecting->result].result;
    return NULL;
}

static struct selecting selectings[CREW_MOST];
static gt_chan chans[MANY];

static struct channel *chan_at(int i)
{
    return channel_at(chans[i].handle);
}

static void select_in_threads(size_t threads, size_t channels, enum gt_direction direction)
{
    for (size_t i = 0; i < channels; i++)
        chans[i] = gt_chan_make(sizeof(int64_t), 0);
    for (size_t i = 0; i < threads; i++)
        selectings[i] = (struct selecting){.chans = chans,
                                           .count = channels,
                                           .direction = direction,
                                           .timeout = GT_NEVER,
                                           .value = -1};
    crew_start(&crew, threads, select_one, selectings, sizeof(selectings[0]));
    for (size_t i = 0; i < channels; i++)
        queue_await(direction == GT_SEND ? &chan_at((int)i)->senders : &chan_at((int)i)->receivers,
                    &chan_at((int)i)->lock, threads);
}

/* Who was chosen has left the queues of the others. */
static void expect_left(size_t channels)
{
    for (size_t i = 0; i < channels; i++) {
        cr_expect_null(chan_at((int)i)->senders.first);
        cr_expect_null(chan_at((int)i)->receivers.first);
        gt_chan_free(chans[i]);
    }
}

Test(select, thousands_wait_and_each_is_given_one_element)
{
    static bool got[CREW_MOST];

    select_in_threads(CREW_MOST, 3, GT_RECV);
    for (int64_t i = 0; i < CREW_MOST; i++)
        cr_assert_eq(gt_chan_try_send(chans[i % 3], &i), 0);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(gt_chan_try_send(chans[i], NULL), -EAGAIN);
    crew_join(&crew);
    for (int i = 0; i < CREW_MOST; i++) {
        const struct selecting *one = &selectings[i];

        cr_assert_eq(one->result, (int)(one->value % 3), "%d: %d", i, one->result);
        cr_expect_eq(one->case_result, 0);
        cr_expect_not(got[one->value]);
        got[one->value] = true;
    }
    expect_left(3);
}

Test(select, a_hundred_cases_are_left_by_who_was_chosen)
{
    int64_t value = 77;

    select_in_threads(1, MANY, GT_RECV);
    cr_expect_eq(gt_chan_try_send(chans[71], &value), 0);
    crew_join(&crew);
    cr_expect_eq(selectings[0].result, 71);
    cr_expect_eq(selectings[0].value, 77);
    expect_left(MANY);
}

Test(select, close_chooses_the_closed_one)
{
    select_in_threads(20, 4, GT_SEND);
    cr_expect_eq(gt_chan_close(chans[2]), 0);
    crew_join(&crew);
    for (int i = 0; i < 20; i++) {
        cr_expect_eq(selectings[i].result, 2);
        cr_expect_eq(selectings[i].case_result, -EPIPE);
    }
    expect_left(4);
}

Test(select, free_is_told_to_all)
{
    select_in_threads(20, 4, GT_RECV);
    cr_expect_eq(gt_chan_free(chans[3]), 0);
    crew_join(&crew);
    for (int i = 0; i < 20; i++)
        cr_expect_eq(selectings[i].result, -ESTALE);
    expect_left(3);
}

/* Every thread offers its number and takes another's, whichever comes first. */
struct trader {
    gt_chan chan;
    int64_t sent, received, sum;
    bool wrong;
};

static void *trade(void *argument)
{
    struct trader *trader = argument;

    for (;;) {
        int64_t mine = trader->sent + 1, other = 0;
        struct gt_case cases[] = {GT_CASE_SEND(trader->chan, &mine),
                                  GT_CASE_RECV(trader->chan, &other)};
        int chosen = gt_select(cases, 2);

        if (chosen < 0 || cases[chosen].result)
            return NULL;
        if (chosen == 0) {
            trader->sent++;
            trader->sum += mine;
        } else {
            trader->received++;
            trader->sum -= other;
        }
    }
}

Test(select, both_ways_on_one_channel_pairs_two_threads)
{
    struct trader traders[2] = {0};
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);
    int64_t sent = 0, received = 0, sum = 0;

    traders[0].chan = traders[1].chan = chan;
    crew_start(&crew, 2, trade, traders, sizeof(traders[0]));
    for (int i = 0; i < 3000; i++)
        cr_assert_eq(gt_chan_send(chan, NULL), 0);
    gt_chan_close(chan);
    crew_join(&crew);
    for (int i = 0; i < 2; i++) {
        sent += traders[i].sent;
        received += traders[i].received;
        sum += traders[i].sum;
    }
    cr_expect_eq(received, sent + 3000);
    cr_expect_eq(sum, 0);
    gt_chan_free(chan);
}

/* ---- nothing is lost between selects ---- */

#define LANES 3
#define EACH 4000

struct laner {
    uint32_t seed;
    int64_t count, sum;
    bool wrong;
};

static void lane_cases(struct gt_case *cases, enum gt_direction direction, int64_t *value)
{
    for (int i = 0; i < LANES; i++)
        cases[i] = (struct gt_case){direction, chans[i], value, 1};
}

static void *send_on_lanes(void *argument)
{
    struct laner *laner = argument;

    while (laner->count < EACH) {
        struct gt_case cases[LANES];
        int64_t value = laner->count + 1;
        int chosen;

        lane_cases(cases, GT_SEND, &value);
        chosen = any_below(&laner->seed, 2) ? gt_select(cases, LANES)
                                            : gt_select_timeout(cases, LANES, 10 * GT_MICROSECOND);
        if (chosen >= 0) {
            laner->wrong |= cases[chosen].result != 0;
            laner->count++;
            laner->sum += value;
        } else if (chosen != -ETIMEDOUT) {
            laner->wrong = true;
        }
    }
    return NULL;
}

static void *receive_on_lanes(void *argument)
{
    struct laner *laner = argument;

    for (;;) {
        struct gt_case cases[LANES];
        int64_t value = 0;
        int chosen;

        lane_cases(cases, GT_RECV, &value);
        chosen = any_below(&laner->seed, 2) ? gt_select(cases, LANES)
                                            : gt_select_timeout(cases, LANES, 10 * GT_MICROSECOND);
        if (chosen >= 0 && cases[chosen].result == -EPIPE)
            return NULL;
        laner->wrong |= chosen < 0 && chosen != -ETIMEDOUT;
        laner->count += chosen >= 0;
        laner->sum += value;
    }
}

Test(select, between_selects_nothing_is_lost)
{
    struct laner senders[3] = {0}, receivers[3] = {0};
    int64_t sum = 0, count = 0;

    for (int i = 0; i < LANES; i++)
        chans[i] = gt_chan_make(sizeof(int64_t), (size_t)i);
    for (uint32_t i = 0; i < 3; i++) {
        senders[i].seed = i;
        receivers[i].seed = i + 3;
    }
    crew_start(&crew, 3, receive_on_lanes, receivers, sizeof(receivers[0]));
    crew_start(&other_crew, 3, send_on_lanes, senders, sizeof(senders[0]));
    crew_join(&other_crew);
    while (gt_chan_len(chans[1]) + gt_chan_len(chans[2]) > 0)
        sched_yield();
    for (int i = 0; i < LANES; i++)
        gt_chan_close(chans[i]);
    crew_join(&crew);
    for (int i = 0; i < 3; i++) {
        cr_expect_not(senders[i].wrong || receivers[i].wrong);
        count += senders[i].count - receivers[i].count;
        sum += senders[i].sum - receivers[i].sum;
    }
    cr_expect_eq(count, 0);
    cr_expect_eq(sum, 0);
    expect_left(LANES);
}
