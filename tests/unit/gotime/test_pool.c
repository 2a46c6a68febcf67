/* The pool of timers: nothing of one user reaches the next. */
#include "gotime/gotime.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

static void set_up(void)
{
    cr_assert_eq(gt_clock_mock(0), 0);
}

TestSuite(pool, .init = set_up, .timeout = 60);

Test(pool, gives_a_running_timer)
{
    gt_timer timer = gt_timer_pool_get(100);
    int64_t at = 0;

    cr_expect_eq(gt_clock_mock_waiting(), 1);
    gt_clock_mock_advance(100);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &at), 0);
    cr_expect_eq(at, 100);
    cr_expect_eq(gt_timer_reset(timer, 50), 0);
    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gt_timer_pool_put(timer), 0);
}

static void expect_stale(gt_timer timer, gt_chan chan)
{
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
    cr_expect_eq(gt_timer_reset(timer, 1), -ESTALE);
    cr_expect_eq(gt_timer_free(timer), -ESTALE);
    cr_expect_eq(gt_timer_pool_put(timer), -ESTALE);
    cr_expect_eq(gt_chan_try_recv(chan, NULL), -ESTALE);
}

Test(pool, put_makes_every_copy_stale)
{
    gt_timer timer = gt_timer_pool_get(100), next;
    gt_chan chan = gt_timer_chan(timer);

    cr_expect_eq(gt_timer_pool_put(timer), 0);
    expect_stale(timer, chan);
    next = gt_timer_pool_get(100);
    cr_expect_neq(next.handle, timer.handle);
    expect_stale(timer, chan);
    cr_expect_eq(gt_timer_stop(next), 1, "of which the next user notices nothing");
}

Test(pool, a_stale_fire_never_reaches_the_next_user)
{
    gt_timer timer = gt_timer_pool_get(100);
    int64_t at = 0;

    gt_clock_mock_advance(100);
    gt_timer_pool_put(timer); /* with a value that nobody received */
    timer = gt_timer_pool_get(100);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &at), -EAGAIN);
    gt_timer_pool_put(timer); /* still running */
    timer = gt_timer_pool_get(1000);
    gt_clock_mock_advance(100);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &at), -EAGAIN);
    gt_clock_mock_advance(900);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &at), 0);
    cr_expect_eq(at, 1100);
}

Test(pool, takes_timers_of_gt_timer_new_too)
{
    gt_timer timer = gt_timer_new(100);

    cr_expect_eq(gt_timer_pool_put(timer), 0);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

static void never(void *unused)
{
    cr_assert_fail("%p", unused);
}

Test(pool, refuses_what_has_no_channel)
{
    gt_timer timer = gt_after_func(100, never, NULL);

    cr_expect_eq(gt_timer_pool_put(timer), -EINVAL);
    cr_expect_eq(gt_timer_stop(timer), 1, "and leaves it as it is");
    cr_expect_eq(gt_timer_pool_put((gt_timer){0}), -ESTALE);
}

#define USERS 8
#define ROUNDS 2000

/* Nothing fires while the clock stands still, whatever the others put back. */
static void *get_and_put(void *unused)
{
    intptr_t wrong = 0;

    for (int i = 0; i < ROUNDS; i++) {
        gt_timer timer = gt_timer_pool_get(GT_SECOND);

        wrong += gt_chan_try_recv(gt_timer_chan(timer), unused) != -EAGAIN;
        wrong += gt_timer_pool_put(timer) != 0;
    }
    return (void *)wrong;
}

Test(pool, many_users)
{
    pthread_t threads[USERS];
    void *wrong;

    for (int i = 0; i < USERS; i++)
        pthread_create(&threads[i], NULL, get_and_put, NULL);
    for (int i = 0; i < USERS; i++) {
        pthread_join(threads[i], &wrong);
        cr_expect_eq((intptr_t)wrong, 0);
    }
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}
