/* Timers with a channel: what stop and reset answer, and what is in the channel after either. */
#include "gotime/gotime.h"

#include "engine_check.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

static void mock(void)
{
    cr_assert_eq(gt_clock_mock(1000), 0);
}

static void end(void)
{
    engine_check();
    cr_expect_eq(gt_shutdown(), 0);
}

TestSuite(timers, .init = mock, .fini = end);
TestSuite(real_timers, .fini = end);

static int try_recv(gt_timer timer, int64_t *time)
{
    return gt_chan_try_recv(gt_timer_chan(timer), time);
}

static bool is_empty(gt_timer timer)
{
    return try_recv(timer, NULL) == -EAGAIN;
}

/* ---- firing ---- */

Test(timers, fires_at_its_deadline_once)
{
    gt_timer timer = gt_timer_new(500);
    int64_t time = 0;

    gt_clock_mock_advance(499);
    cr_expect(is_empty(timer));
    gt_clock_mock_advance(1);
    cr_expect_eq(try_recv(timer, &time), 0);
    cr_expect_eq(time, 1500);
    gt_clock_mock_advance(GT_HOUR);
    cr_expect(is_empty(timer));
}

Test(timers, zero_and_negative_durations_fire_at_once)
{
    gt_timer zero = gt_timer_new(0), negative = gt_timer_new(INT64_MIN);
    int64_t time = 0;

    cr_expect_eq(try_recv(zero, &time), 0);
    cr_expect_eq(time, 1000);
    cr_expect_eq(try_recv(negative, &time), 0);
    cr_expect_eq(gt_timer_reset(zero, -1), 0);
    cr_expect_eq(try_recv(zero, &time), 0);
}

Test(timers, durations_that_overflow_are_never)
{
    gt_timer never = gt_timer_new(GT_NEVER), almost = gt_timer_new(INT64_MAX - 1001);
    gt_chan after = gt_after(GT_NEVER);

    for (int i = 0; i < 3; i++)
        gt_clock_mock_advance(INT64_MAX);
    cr_expect(is_empty(never));
    cr_expect_eq(gt_chan_try_recv(after, NULL), -EAGAIN);
    cr_expect_eq(try_recv(almost, NULL), 0);
    cr_expect_eq(gt_timer_stop(never), 1);
}

Test(timers, fire_in_the_order_of_their_deadlines)
{
    gt_timer timers[100];

    for (int i = 0; i < 100; i++)
        timers[i] = gt_timer_new(1 + i * 7919 % 100);
    for (int i = 1; i <= 100; i++) {
        gt_clock_mock_advance(1);
        for (int k = 0; k < 100; k++)
            cr_assert_eq(try_recv(timers[k], NULL), 1 + k * 7919 % 100 == i ? 0 : -EAGAIN);
        engine_check();
    }
}

/* ---- stop ---- */

Test(timers, stop_before_it_fires)
{
    gt_timer timer = gt_timer_new(10);

    cr_expect_eq(gt_timer_stop(timer), 1);
    gt_clock_mock_advance(GT_HOUR);
    cr_expect(is_empty(timer));
}

Test(timers, stop_when_it_fired_and_nobody_received)
{
    gt_timer timer = gt_timer_new(10);

    gt_clock_mock_advance(10);
    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect(is_empty(timer));
    cr_expect_eq(gt_timer_stop(timer), 0);
}

Test(timers, stop_when_its_value_was_received)
{
    gt_timer timer = gt_timer_new(10);

    gt_clock_mock_advance(10);
    cr_expect_eq(try_recv(timer, NULL), 0);
    cr_expect_eq(gt_timer_stop(timer), 0);
}

Test(timers, stop_when_it_was_stopped)
{
    gt_timer timer = gt_timer_new(10);

    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gt_timer_stop(timer), 0);
    cr_expect_eq(gt_timer_stop_sync(timer), 0);
}

static void *receive(void *timer)
{
    static int64_t time;

    return gt_chan_recv(gt_timer_chan(*(gt_timer *)timer), &time) == 0 ? &time : NULL;
}

Test(real_timers, stop_when_a_waiting_receiver_got_it)
{
    gt_timer timer = gt_timer_new(GT_HOUR);
    pthread_t thread;
    void *time;

    cr_assert_eq(pthread_create(&thread, NULL, receive, &timer), 0);
    gt_timer_reset(timer, GT_MILLISECOND);
    pthread_join(thread, &time);
    cr_expect_not_null(time);
    cr_expect_eq(gt_timer_stop(timer), 0);
}

Test(real_timers, a_reset_to_zero_wakes_who_waits)
{
    gt_timer timer = gt_timer_new(GT_HOUR);
    pthread_t thread;
    void *time;

    cr_assert_eq(pthread_create(&thread, NULL, receive, &timer), 0);
    gt_timer_reset(timer, 0);
    pthread_join(thread, &time);
    cr_expect_not_null(time);
}

Test(real_timers, freed_while_somebody_waits)
{
    gt_timer timer = gt_timer_new(GT_HOUR);
    pthread_t thread;
    void *time = &timer;

    cr_assert_eq(pthread_create(&thread, NULL, receive, &timer), 0);
    cr_expect_eq(gt_timer_free(timer), 0);
    pthread_join(thread, &time);
    cr_expect_null(time);
}

/* ---- reset ---- */

Test(timers, reset_answers_as_stop_and_leaves_no_old_value)
{
    gt_timer timer = gt_timer_new(10);
    int64_t time;

    cr_expect_eq(gt_timer_reset(timer, 20), 1);
    gt_clock_mock_advance(20);
    cr_expect_eq(gt_timer_reset(timer, 5), 1);
    cr_expect(is_empty(timer));
    gt_clock_mock_advance(5);
    cr_expect_eq(try_recv(timer, &time), 0);
    cr_expect_eq(time, 1025);
    cr_expect_eq(gt_timer_reset(timer, 5), 0);
    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gt_timer_reset(timer, 5), 0);
}

Test(timers, reset_moves_the_deadline_either_way)
{
    gt_timer timer = gt_timer_new(GT_HOUR);
    int64_t time;

    gt_timer_reset(timer, 10);
    gt_timer_reset(timer, 24 * GT_HOUR);
    gt_timer_reset(timer, GT_MINUTE);
    engine_check();
    gt_clock_mock_advance(GT_MINUTE - 1);
    cr_expect(is_empty(timer));
    gt_clock_mock_advance(1);
    cr_expect_eq(try_recv(timer, &time), 0);
    cr_expect_eq(time, 1000 + GT_MINUTE);
}

/* ---- stale handles ---- */

Test(timers, every_call_with_a_freed_timer_is_an_error)
{
    gt_timer timer = gt_timer_new(10), next;

    cr_expect_eq(gt_timer_free(timer), 0);
    next = gt_timer_new(10);
    cr_expect_neq(next.handle, timer.handle);
    cr_expect_eq(gt_timer_free(timer), -ESTALE);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
    cr_expect_eq(gt_timer_stop_sync(timer), -ESTALE);
    cr_expect_eq(gt_timer_reset(timer, 1), -ESTALE);
    cr_expect_eq(gt_timer_name(timer, "name"), -ESTALE);
    cr_expect_eq(try_recv(timer, NULL), -ESTALE);
    cr_expect_eq(gt_timer_stop(next), 1);
}

Test(timers, no_handle_and_no_sense_are_errors)
{
    const uint64_t wrong[] = {0,
                              1,
                              UINT64_MAX,
                              UINT64_C(4) << 60,
                              UINT64_C(0x4fffffff00000000),
                              UINT64_C(0x4000000100000000)};

    gt_timer_new(10);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_eq(gt_timer_stop((gt_timer){wrong[i]}), -ESTALE);
        cr_expect_eq(gt_timer_free((gt_timer){wrong[i]}), -ESTALE);
        cr_expect_eq(gt_ticker_free((gt_ticker){wrong[i]}), -ESTALE);
    }
}

Test(timers, one_kind_is_not_taken_for_another)
{
    gt_timer timer = gt_timer_new(10);
    gt_ticker ticker = gt_ticker_new(10);
    gt_chan after = gt_after(10);

    cr_expect_eq(gt_ticker_stop((gt_ticker){timer.handle}), -ESTALE);
    cr_expect_eq(gt_timer_stop((gt_timer){ticker.handle}), -ESTALE);
    cr_expect_eq(gt_timer_free((gt_timer){after.handle}), -ESTALE);
    cr_expect_eq(gt_timer_stop(timer), 1);
}

/* ---- after ---- */

Test(timers, after_is_ready_for_ever_once_it_fired)
{
    gt_chan after = gt_after(10);
    int64_t time;

    cr_expect_eq(gt_chan_try_recv(after, &time), -EAGAIN);
    gt_clock_mock_advance(10);
    for (int i = 0; i < 3; i++) {
        gt_clock_mock_advance(5);
        cr_expect_eq(gt_chan_try_recv(after, &time), 0);
        cr_expect_eq(time, 1015 + 5 * i);
    }
}

Test(timers, after_gives_its_place_back_when_it_fires)
{
    gt_chan first = gt_after(10), second;

    gt_clock_mock_advance(10);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    second = gt_after(10);
    cr_expect_eq((uint32_t)(first.handle >> 32), (uint32_t)(second.handle >> 32));
    cr_expect_eq(gt_chan_try_recv(second, NULL), -EAGAIN);
}

Test(timers, a_freed_after_no_longer_waits)
{
    gt_chan after = gt_after(GT_HOUR);

    cr_expect_eq(gt_clock_mock_waiting(), 1);
    cr_expect_eq(gt_chan_free(after), 0);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    cr_expect_eq(gt_chan_free(after), -ESTALE);
}

/* ---- all of it, beside a model ---- */

#define TIMERS 40

struct model {
    gt_timer timer;
    int64_t deadline; /* GT_NEVER: is not armed */
    int64_t value;    /* -1: the channel is empty */
};

static void model_advance(struct model *models, int64_t to)
{
    for (int i = 0; i < TIMERS; i++)
        if (models[i].deadline <= to) {
            models[i].value = models[i].deadline;
            models[i].deadline = GT_NEVER;
        }
}

static int model_stop(struct model *model)
{
    int stopped = model->deadline != GT_NEVER || model->value != -1;

    model->deadline = GT_NEVER;
    model->value = -1;
    return stopped;
}

static void model_start(struct model *model, int64_t duration)
{
    model->deadline = gt_now() + duration;
    if (duration > 0)
        return;
    model->value = gt_now();
    model->deadline = GT_NEVER;
}

static void model_receive(struct model *model)
{
    int64_t time = -1;
    int result = try_recv(model->timer, &time);

    cr_assert_eq(result, model->value == -1 ? -EAGAIN : 0);
    cr_assert_eq(time, model->value);
    model->value = -1;
}

static void model_step(struct model *models, uint64_t *random)
{
    struct model *model = &models[random_next(random) % TIMERS];
    int64_t duration = (int64_t)(random_next(random) >> (12 + random_next(random) % 44)) - 4;

    switch (random_next(random) % 6) {
    case 0:
        cr_assert_eq(gt_timer_stop(model->timer), model_stop(model));
        break;
    case 1:
        model_receive(model);
        break;
    case 2:
        cr_assert_eq(gt_timer_free(model->timer), 0);
        cr_assert_eq(gt_timer_free(model->timer), -ESTALE);
        model_stop(model);
        model->timer = gt_timer_new(duration);
        model_start(model, duration);
        break;
    case 3:
        model_advance(models, gt_now() + (duration > 0 ? duration : 0));
        cr_assert_eq(gt_clock_mock_advance(duration > 0 ? duration : 0), 0);
        break;
    default:
        cr_assert_eq(gt_timer_reset(model->timer, duration), model_stop(model));
        model_start(model, duration);
    }
}

Test(timers, long_random_runs_agree_with_a_model)
{
    struct model models[TIMERS];
    uint64_t random = 42;

    for (int i = 0; i < TIMERS; i++)
        models[i] = (struct model){gt_timer_new(GT_NEVER), GT_NEVER - 1, -1};
    for (int i = 0; i < TIMERS; i++)
        cr_assert_eq(gt_timer_stop(models[i].timer), model_stop(&models[i]));
    for (int i = 0; i < 60000; i++) {
        size_t waiting = 0;

        model_step(models, &random);
        engine_check();
        for (int k = 0; k < TIMERS; k++)
            waiting += models[k].deadline != GT_NEVER;
        cr_assert_eq(gt_clock_mock_waiting(), waiting);
    }
}
