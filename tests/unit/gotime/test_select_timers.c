/* Timers among the channels of a select, and waits with a timeout, by the mock clock. */
#include <criterion/criterion.h>
#include <errno.h>

#include "crew.h"
#include "gotime/gotime.h"
#include "naive.h"

#define START (1000 * GT_SECOND)
#define MANY 300

static struct crew crew;

static void mock(void)
{
    cr_assert_eq(gt_clock_mock(START), 0);
}

TestSuite(select_timers, .init = mock);

/* A thread's select over a timer's channel and one that is never ready. */
struct listening {
    gt_chan chan;
    int64_t timeout;
    int result;
    int64_t value, woken; /* what it got, and when */
};

static struct listening listening[MANY];

static void *listen_once(void *argument)
{
    struct listening *one = argument;
    const gt_chan nil = {0};
    struct gt_case cases[] = {GT_CASE_RECV(nil, NULL), GT_CASE_RECV(one->chan, &one->value)};

    one->result = gt_select_timeout(cases, 2, one->timeout);
    one->woken = gt_now();
    return NULL;
}

/* So many threads, all asleep; their timeouts are so far apart. */
static void listen_all(gt_chan chan, size_t count, int64_t apart)
{
    size_t others = gt_clock_mock_waiting();

    for (size_t i = 0; i < count; i++)
        listening[i] =
            (struct listening){.chan = chan, .timeout = GT_HOUR + (int64_t)i * apart, .value = -1};
    crew_start(&crew, count, listen_once, listening, sizeof(listening[0]));
    gt_clock_mock_await(others + count);
}

Test(select_timers, all_who_listen_to_an_after_get_its_time_and_later_ones_theirs)
{
    gt_chan after = gt_after(5 * GT_SECOND);
    int64_t value = 0;

    cr_expect_eq(gt_chan_try_recv(after, &value), -EAGAIN);
    listen_all(after, MANY, 0);
    gt_clock_mock_advance(5 * GT_SECOND);
    crew_join(&crew);
    for (int i = 0; i < MANY; i++) {
        cr_expect_eq(listening[i].result, 1);
        cr_expect_eq(listening[i].value, START + 5 * GT_SECOND);
    }
    cr_expect_eq(gt_clock_mock_waiting(), 0, "they gave up their timeouts");
    gt_clock_mock_advance(GT_SECOND);
    cr_expect_eq(gt_chan_recv(after, &value), 0);
    cr_expect_eq(value, START + 6 * GT_SECOND);
    cr_expect_eq(gt_chan_recv(after, NULL), 0, "as often as one likes");
}

Test(select_timers, one_value_goes_to_one_listener)
{
    gt_timer timer = gt_timer_new(GT_SECOND);
    int got = 0;

    listen_all(gt_timer_chan(timer), 20, 0);
    gt_clock_mock_advance(GT_SECOND);
    gt_clock_mock_advance(GT_HOUR);
    crew_join(&crew);
    for (int i = 0; i < 20; i++) {
        got += listening[i].result == 1 && listening[i].value == START + GT_SECOND;
        cr_expect(listening[i].result == 1 || listening[i].result == -ETIMEDOUT);
    }
    cr_expect_eq(got, 1);
    gt_timer_free(timer);
}

Test(select_timers, each_times_out_at_its_own_time)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);

    listen_all(chan, MANY, GT_SECOND);
    cr_expect_eq(gt_clock_mock_waiting(), MANY);
    gt_clock_mock_advance(GT_HOUR + 100 * GT_SECOND - 1);
    cr_expect_eq(gt_clock_mock_waiting(), MANY - 100);
    gt_clock_mock_advance(1);
    cr_expect_eq(gt_clock_mock_waiting(), MANY - 101);
    gt_clock_mock_advance(GT_HOUR);
    crew_join(&crew);
    for (int i = 0; i < MANY; i++) {
        cr_expect_eq(listening[i].result, -ETIMEDOUT);
        cr_expect_geq(listening[i].woken, START + GT_HOUR + i * GT_SECOND);
    }
    cr_expect_eq(gt_chan_try_send(chan, NULL), -EAGAIN, "nobody waits any more");
    gt_chan_free(chan);
}

Test(select_timers, a_sender_comes_before_the_timeout)
{
    gt_chan chan = gt_chan_make(sizeof(int64_t), 0);
    int64_t value = 7;

    listen_all(chan, 1, 0);
    gt_clock_mock_advance(GT_HOUR - 1);
    cr_expect_eq(gt_chan_try_send(chan, &value), 0);
    crew_join(&crew);
    cr_expect_eq(listening[0].result, 1);
    cr_expect_eq(listening[0].value, 7);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    gt_chan_free(chan);
}

Test(select_timers, all_kinds_that_are_ready_are_chosen)
{
    gt_timer timer = gt_timer_new(GT_SECOND);
    gt_ticker ticker = gt_ticker_new(GT_SECOND);
    gt_chan chan = gt_chan_make(sizeof(int64_t), 1);
    int64_t value = 0;
    struct gt_case cases[] = {
        GT_CASE_RECV(gt_after(GT_SECOND), &value), GT_CASE_RECV(gt_timer_chan(timer), &value),
        GT_CASE_RECV(gt_ticker_chan(ticker), &value), GT_CASE_RECV(chan, &value)};
    int chosen[4] = {0};

    cr_expect_eq(gt_try_select(cases, 4), -EAGAIN);
    for (int64_t i = 0; i < 4000; i++) {
        gt_timer_reset(timer, GT_SECOND);
        gt_clock_mock_advance(GT_SECOND);
        gt_chan_try_send(chan, &i);
        value = 0;
        chosen[gt_select(cases, 4)]++;
        cr_assert(value >= START || chosen[3] > 0);
    }
    for (int i = 0; i < 4; i++)
        cr_expect(chosen[i] > 600 && chosen[i] < 1400, "%d: %d", i, chosen[i]);
    gt_timer_free(timer);
    gt_ticker_free(ticker);
    gt_chan_free(chan);
}

static void expect_not_the_users(gt_chan chan, int result)
{
    struct gt_case send = GT_CASE_SEND(chan, NULL);

    cr_expect_eq(gt_chan_send(chan, NULL), result);
    cr_expect_eq(gt_chan_try_send(chan, NULL), result);
    cr_expect_eq(gt_select(&send, 1), result);
    cr_expect_eq(gt_chan_close(chan), result);
}

Test(select_timers, a_timers_channel_is_only_for_receiving)
{
    gt_timer timer = gt_timer_new(GT_SECOND);
    gt_chan chan = gt_timer_chan(timer), tick = gt_tick(GT_SECOND), after = gt_after(GT_SECOND);

    expect_not_the_users(chan, -EPERM);
    expect_not_the_users(tick, -EPERM);
    expect_not_the_users(after, -EPERM);
    cr_expect_eq(gt_chan_free(chan), -EPERM);
    cr_expect_eq(gt_chan_cap(chan), 1);
    cr_expect_eq(gt_chan_len(chan), 0);
    gt_clock_mock_advance(GT_SECOND);
    cr_expect_eq(gt_chan_len(chan), 1);
    gt_timer_free(timer);
    expect_not_the_users(chan, -ESTALE);
    cr_expect_eq(gt_chan_free(chan), -ESTALE);
    cr_expect_eq(gt_chan_recv(chan, NULL), -ESTALE);
    cr_expect_eq(gt_chan_len(chan), 0);
    cr_expect_eq(gt_chan_cap(chan), 0);
    cr_expect_eq(gt_chan_free(tick), 0);
    cr_expect_eq(gt_chan_try_recv(tick, NULL), -ESTALE);
}

Test(select_timers, freed_its_listeners_are_told)
{
    gt_chan after = gt_after(GT_SECOND);
    gt_timer timer = gt_timer_new(GT_SECOND);

    listen_all(after, 5, 0);
    cr_expect_eq(gt_chan_free(after), 0);
    crew_join(&crew);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(listening[i].result, -ESTALE);
    listen_all(gt_timer_chan(timer), 5, 0);
    gt_timer_free(timer);
    crew_join(&crew);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(listening[i].result, -ESTALE);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

/* ---- by the real clock ---- */

struct receiver {
    gt_chan chan, done;
    int64_t received;
};

static void *receive_values(void *argument)
{
    struct receiver *receiver = argument;
    struct gt_case cases[] = {GT_CASE_RECV(receiver->chan, NULL),
                              GT_CASE_RECV(receiver->done, NULL)};

    while (gt_select(cases, 2) == 0)
        receiver->received++;
    return NULL;
}

Test(select_timers_real, stop_knows_exactly_what_select_has_received)
{
    struct receiver receivers[2];
    gt_timer timer = gt_timer_new(GT_HOUR);
    gt_chan done = gt_chan_make(0, 0);
    int64_t received = 0;
    uint32_t seed = 1;

    for (int i = 0; i < 2; i++)
        receivers[i] = (struct receiver){gt_timer_chan(timer), done, 0};
    crew_start(&crew, 2, receive_values, receivers, sizeof(receivers[0]));
    for (int i = 0; i < 5000; i++) {
        gt_timer_reset(timer, any_below(&seed, 100) * GT_MICROSECOND);
        if (any_below(&seed, 2))
            gt_sleep(any_below(&seed, 100) * GT_MICROSECOND);
        received += gt_timer_stop(timer) == 0;
    }
    gt_chan_close(done);
    crew_join(&crew);
    cr_expect_eq(receivers[0].received + receivers[1].received, received);
    gt_timer_free(timer);
    gt_chan_free(done);
}
