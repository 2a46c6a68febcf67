/* Tickers: the grid of their start, and what a slow receiver misses. */
#include "gotime/gotime.h"

#include "engine_check.h"
#include "gotime/clock.h"
#include "gotime/fire.h"

#include <criterion/criterion.h>
#include <errno.h>

static void mock(void)
{
    cr_assert_eq(gt_clock_mock(0), 0);
}

static void end(void)
{
    engine_check();
    cr_expect_eq(gt_shutdown(), 0);
}

TestSuite(tickers, .init = mock, .fini = end);
TestSuite(real_tickers, .fini = end);

static int try_recv(gt_ticker ticker, int64_t *time)
{
    return gt_chan_try_recv(gt_ticker_chan(ticker), time);
}

Test(tickers, tick_at_each_period)
{
    gt_ticker ticker = gt_ticker_new(30);
    int64_t time;

    for (int i = 1; i <= 100; i++) {
        gt_clock_mock_advance(29);
        cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
        gt_clock_mock_advance(1);
        cr_expect_eq(try_recv(ticker, &time), 0);
        cr_expect_eq(time, 30 * i);
    }
}

Test(tickers, a_slow_receiver_misses_ticks_and_gets_the_oldest)
{
    gt_ticker ticker = gt_ticker_new(30);
    int64_t time;

    gt_clock_mock_advance(100);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 30);
    cr_expect_eq(try_recv(ticker, &time), -EAGAIN);
    gt_clock_mock_advance(20);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 120);
}

Test(tickers, a_stopped_one_has_nothing_in_its_channel)
{
    gt_ticker ticker = gt_ticker_new(30);

    gt_clock_mock_advance(30);
    cr_expect_eq(gt_ticker_stop(ticker), 0);
    cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
    gt_clock_mock_advance(300);
    cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
    cr_expect_eq(gt_ticker_stop(ticker), 0);
}

Test(tickers, reset_begins_a_new_grid)
{
    gt_ticker ticker = gt_ticker_new(30);
    int64_t time;

    gt_clock_mock_advance(40);
    cr_expect_eq(gt_ticker_reset(ticker, 25), 0);
    cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
    gt_clock_mock_advance(25);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 65);
    gt_clock_mock_advance(25);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 90);
}

Test(tickers, a_reset_starts_a_stopped_one)
{
    gt_ticker ticker = gt_ticker_new(30);

    gt_ticker_stop(ticker);
    cr_expect_eq(gt_ticker_reset(ticker, 10), 0);
    gt_clock_mock_advance(10);
    cr_expect_eq(try_recv(ticker, NULL), 0);
}

Test(tickers, refuse_periods_that_are_not_positive)
{
    gt_ticker ticker = gt_ticker_new(30);

    errno = 0;
    cr_expect_eq(gt_ticker_new(0).handle, 0);
    cr_expect_eq(errno, EINVAL);
    errno = 0;
    cr_expect_eq(gt_tick(-1).handle, 0);
    cr_expect_eq(errno, EINVAL);
    cr_expect_eq(gt_ticker_reset(ticker, 0), -EINVAL);
    cr_expect_eq(gt_ticker_reset(ticker, INT64_MIN), -EINVAL);
    gt_clock_mock_advance(30);
    cr_expect_eq(try_recv(ticker, NULL), 0);
}

Test(tickers, the_longest_period_never_ticks)
{
    gt_ticker ticker = gt_ticker_new(INT64_MAX), once = gt_ticker_new(INT64_MAX / 3 * 2);

    gt_clock_mock_advance(INT64_MAX);
    cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
    cr_expect_eq(try_recv(once, NULL), 0);
    engine_check();
}

Test(tickers, freed_ones_are_stale)
{
    gt_ticker ticker = gt_ticker_new(30);

    cr_expect_eq(gt_ticker_free(ticker), 0);
    cr_expect_eq(gt_ticker_free(ticker), -ESTALE);
    cr_expect_eq(gt_ticker_stop(ticker), -ESTALE);
    cr_expect_eq(gt_ticker_reset(ticker, 1), -ESTALE);
    cr_expect_eq(gt_ticker_name(ticker, "name"), -ESTALE);
    cr_expect_eq(try_recv(ticker, NULL), -ESTALE);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

Test(tickers, tick_ends_with_its_channel)
{
    gt_chan tick = gt_tick(30);
    int64_t time;

    gt_clock_mock_advance(30);
    cr_expect_eq(gt_chan_try_recv(tick, &time), 0);
    cr_expect_eq(time, 30);
    gt_clock_mock_advance(30);
    cr_expect_eq(gt_chan_free(tick), 0);
    cr_expect_eq(gt_chan_try_recv(tick, NULL), -ESTALE);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

/* The engine comes late, in the midst of the fourth period. */
Test(tickers, keep_their_grid_when_the_engine_is_late)
{
    gt_ticker ticker = gt_ticker_new(30);
    int64_t time;

    mock_clock.now = 100;
    shard_fire(local.shard, 100, true);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 100);
    cr_expect_eq(local.shard->counts.of[METRICS_FIRED], 3);
    gt_clock_mock_advance(19);
    cr_expect_eq(try_recv(ticker, NULL), -EAGAIN);
    gt_clock_mock_advance(1);
    cr_expect_eq(try_recv(ticker, &time), 0);
    cr_expect_eq(time, 120);
}

Test(real_tickers, are_never_early)
{
    int64_t start = gt_now(), period = GT_MILLISECOND, time;
    gt_ticker ticker = gt_ticker_new(period);

    for (int i = 1; i <= 50; i++) {
        cr_assert_eq(gt_chan_recv(gt_ticker_chan(ticker), &time), 0);
        cr_expect_geq(time, start + i * period);
    }
    cr_expect_eq(gt_ticker_free(ticker), 0);
}
