/* How timers with a callback end: freed or by themselves, while they run, are armed or neither. */
#include "callbacks.h"
#include "engine_check.h"
#include "gotime/fire.h"
#include "gotime/timer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>

TestSuite(func_ends, .init = begin, .fini = end);
TestSuite(mocked_func_ends, .init = begin_mocked, .fini = end);

static int answers[3];
static gt_timer own;

/* ---- free ---- */

Test(func_ends, freed_while_it_runs_it_runs_on)
{
    gt_timer timer = start(0, block_twice, 0);

    await_signs(1);
    cr_expect_eq(gt_timer_free(timer), 0);
    cr_expect_eq(gt_timer_free(timer), -ESTALE);
    cr_expect_eq(gt_timer_reset(timer, 1), -ESTALE);
    cr_expect_eq(gate.destroyed, 0);
    let_go(1);
    await_signs(2);
    cr_expect_eq(gate.destroyed, 1);
    cr_expect_eq(gate.calls, 2);
}

/* Both runs of it are in progress: it lives until the last of them is over. */
Test(func_ends, freed_while_it_runs_twice_it_ends_with_the_last, .timeout = 60)
{
    gt_timer handle = start(0, block, 0);
    const struct timer *timer = timer_cell(handle_index(handle.handle));

    await_signs(1);
    cr_expect_eq(gt_timer_reset(handle, 0), 0);
    await_signs(1);
    cr_expect_eq(gt_timer_free(handle), 0);
    let_go(1);
    while (__atomic_load_n(&timer->running, __ATOMIC_RELAXED) != 1)
        sched_yield();
    timers_counts(); /* whoever has ended it has left the lock */
    cr_expect_eq(timer->state, TIMER_DYING);
    let_go(1);
    await_signs(1);
    cr_expect_eq(gate.destroyed, 1);
}

/* Cells are used again: what was freed must not name, stop or wait for the next one there. */
Test(func_ends, a_freed_one_is_not_the_next_in_its_place, .timeout = 60)
{
    gt_timer freed = start(GT_HOUR, count, 0), next;

    cr_expect_eq(gt_timer_free(freed), 0);
    await_signs(1);
    next = start(0, block, 0);
    cr_assert_eq(handle_index(next.handle), handle_index(freed.handle));
    await_signs(1);
    cr_expect_eq(gt_timer_reset(freed, 0), -ESTALE);
    cr_expect_eq(gt_timer_free(freed), -ESTALE);
    callback_await(freed.handle);
    let_go(1);
    cr_expect_eq(gt_timer_stop_sync(next), 0);
}

static void free_own(void *argument)
{
    answers[0] = gt_timer_free(own);
    answers[1] = gate.destroyed;
    answers[2] = gt_timer_stop_sync(own);
    count(argument);
}

Test(mocked_func_ends, freed_by_its_own_callback)
{
    own = start(10, free_own, 0);
    gt_clock_mock_advance(10);
    cr_expect_eq(answers[0], 0);
    cr_expect_eq(answers[1], 0);
    cr_expect_eq(answers[2], -ESTALE);
    cr_expect_eq(gate.destroyed, 1);
}

Test(mocked_func_ends, without_a_destructor_nothing_is_called)
{
    gt_timer timer = gt_after_func(10, count, &gate);

    gt_clock_mock_advance(10);
    cr_expect_eq(gate.calls, 1);
    cr_expect_eq(gt_timer_free(timer), 0);
}

/* ---- those that free themselves ---- */

Test(mocked_func_ends, autofree_ends_with_the_callback)
{
    gt_timer timer = start(10, count, GT_AUTOFREE);

    gt_clock_mock_advance(10);
    cr_expect_eq(gate.calls, 1);
    cr_expect_eq(gate.destroyed, 1);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
}

Test(mocked_func_ends, autofree_ends_with_a_stop)
{
    gt_timer timer = start(10, count, GT_AUTOFREE);

    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gate.destroyed, 1);
    cr_expect_eq(gt_timer_free(timer), -ESTALE);
    gt_clock_mock_advance(100);
    cr_expect_eq(gate.calls, 0);
}

static void reset_own_once(void *argument)
{
    count(argument);
    if (gate.calls == 1)
        answers[0] = gt_timer_reset(own, 10);
}

Test(mocked_func_ends, autofree_lives_on_when_its_callback_resets_it)
{
    own = start(10, reset_own_once, GT_AUTOFREE);
    gt_clock_mock_advance(10);
    cr_expect_eq(answers[0], 0);
    cr_expect_eq(gate.destroyed, 0);
    gt_clock_mock_advance(10);
    cr_expect_eq(gate.calls, 2);
    cr_expect_eq(gate.destroyed, 1);
}

Test(func_ends, autofree_that_is_freed_while_it_runs_ends_once)
{
    gt_timer timer = start(0, block, GT_AUTOFREE);

    await_signs(1);
    cr_expect_eq(gt_timer_free(timer), 0);
    let_go(1);
    await_signs(1);
    cr_expect_eq(gate.destroyed, 1);
}

/* Its callback uses the argument still: only what ends last may destroy it. */
Test(func_ends, autofree_that_runs_and_is_armed_again_and_stopped_ends_with_its_callback)
{
    gt_timer timer = start(0, block, GT_AUTOFREE);

    await_signs(1);
    cr_expect_eq(gt_timer_reset(timer, GT_HOUR), 0);
    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gate.destroyed, 0);
    cr_expect_eq(gt_timer_stop(timer), 0, "it lives");
    let_go(1);
    await_signs(1);
    cr_expect_eq(gate.destroyed, 1);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
}

/* ---- many at once ---- */

#define THREADS 4
#define ROUNDS 3000

static void nothing(void *argument)
{
    (void)argument;
}

static void count_end(void *argument)
{
    __atomic_add_fetch((int *)argument, 1, __ATOMIC_SEQ_CST);
}

static void *storm(void *seed)
{
    uint64_t random = (uintptr_t)seed;
    struct gt_func func = {.function = nothing, .argument = &gate.destroyed, .destroy = count_end};

    for (int i = 0; i < ROUNDS; i++) {
        gt_timer timer;

        func.flags = i % 2 ? GT_INLINE : 0;
        timer = gt_after_func_with((int64_t)(random_next(&random) % 60000), &func);
        if (i % 3 == 0)
            gt_timer_reset(timer, (int64_t)(random_next(&random) % 60000));
        if (i % 5 == 0)
            gt_timer_stop_sync(timer);
        cr_assert_eq(gt_timer_free(timer), 0);
    }
    return NULL;
}

Test(func_ends, each_is_destroyed_once_whatever_happens_meanwhile)
{
    pthread_t threads[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, storm, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    engine_check();
    gt_shutdown(); /* what runs has ended then */
    cr_expect_eq(gate.destroyed, THREADS * ROUNDS);
}
