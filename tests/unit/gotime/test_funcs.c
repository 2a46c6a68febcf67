/*
 * Timers with a callback: waiting, due, running, over; and who calls what when. How they end is in
 * test_func_ends.c.
 */
#include "callbacks.h"
#include "engine_check.h"
#include "gotime/executor.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

TestSuite(funcs, .init = begin, .fini = end);
TestSuite(mocked_funcs, .init = begin_mocked, .fini = end);

/* ---- stop, in each state ---- */

Test(mocked_funcs, stop_before_it_is_due)
{
    gt_timer timer = start(10, count, 0);

    cr_expect_eq(gt_timer_stop(timer), 1);
    gt_clock_mock_advance(100);
    cr_expect_eq(gate.calls, 0);
    cr_expect_eq(gt_timer_stop(timer), 0);
    cr_expect_eq(gate.destroyed, 0);
    gt_timer_free(timer);
    cr_expect_eq(gate.destroyed, 1);
}

Test(mocked_funcs, stop_when_it_has_returned)
{
    gt_timer timer = start(10, count, 0);

    gt_clock_mock_advance(10);
    cr_expect_eq(gate.calls, 1);
    cr_expect_eq(gt_timer_stop(timer), 0);
    cr_expect_eq(gt_timer_reset(timer, 5), 0);
    gt_clock_mock_advance(5);
    cr_expect_eq(gate.calls, 2);
}

Test(funcs, stop_while_it_runs)
{
    gt_timer timer = start(0, block, 0);

    await_signs(1);
    cr_expect_eq(gt_timer_stop(timer), 0);
    let_go(1);
    cr_expect_eq(gt_timer_stop_sync(timer), 0);
    cr_expect_eq(gt_timer_free(timer), 0);
    cr_expect_eq(gate.destroyed, 1);
}

/* Due, but all threads are busy: it can be stopped as if it had not been due. */
Test(funcs, stop_while_it_waits_for_a_thread)
{
    gt_timer running, waiting, last;

    gt_executor_limit(1);
    running = start(0, block, 0);
    await_signs(1);
    waiting = start(0, count, 0);
    last = start(1, count, GT_INLINE); /* so that the one before has been looked at */
    await_signs(1);
    cr_expect_eq(gt_timer_stop(waiting), 1);
    cr_expect_eq(gt_timer_stop(waiting), 0);
    let_go(1);
    gt_timer_stop_sync(running);
    cr_expect_eq(gt_timer_reset(waiting, 0), 0);
    await_signs(1);
    cr_expect_eq(gate.calls, 3);
    cr_expect_eq(gt_timer_stop_sync(last), 0);
}

Test(funcs, one_between_others_that_wait_for_a_thread_can_be_stopped)
{
    gt_timer running, waiting[3];

    gt_executor_limit(1);
    running = start(0, block, 0);
    await_signs(1);
    for (int i = 0; i < 3; i++)
        waiting[i] = start(0, count, 0);
    start(1, count, GT_INLINE);
    await_signs(1);
    engine_check();
    cr_expect_eq(gt_timer_stop(waiting[1]), 1);
    cr_expect_eq(gt_timer_stop(waiting[2]), 1);
    engine_check();
    let_go(1);
    await_signs(1);
    gt_timer_stop_sync(running);
    cr_expect_eq(gt_timer_stop_sync(waiting[0]), 0);
    cr_expect_eq(gate.calls, 3);
}

/* Both are due in one go: while the first runs, the other is in no wheel any more. */
Test(funcs, the_clock_is_not_changed_while_a_callback_is_due)
{
    start(0, block, GT_INLINE);
    await_signs(1);
    start(0, block, GT_INLINE);
    start(0, block, GT_INLINE);
    let_go(1);
    await_signs(1);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    cr_expect_eq(gt_clock_mock(0), -EBUSY);
    let_go(2);
    await_signs(1);
}

Test(funcs, reset_while_it_waits_for_a_thread_runs_it_once)
{
    gt_timer running, waiting;

    gt_executor_limit(1);
    running = start(0, block, 0);
    await_signs(1);
    waiting = start(0, count, 0);
    start(1, count, GT_INLINE);
    await_signs(1);
    cr_expect_eq(gt_timer_reset(waiting, GT_HOUR), 1);
    let_go(1);
    gt_timer_stop_sync(running);
    cr_expect_eq(gt_timer_stop_sync(waiting), 1);
    cr_expect_eq(gate.calls, 2);
}

/* ---- waiting for a callback ---- */

static void *stop_sync(void *timer)
{
    int stopped = gt_timer_stop_sync(*(gt_timer *)timer);

    cr_expect_eq(stopped, 0);
    return (void *)(uintptr_t)__atomic_load_n(&gate.calls, __ATOMIC_SEQ_CST);
}

Test(funcs, stop_sync_returns_after_the_callback)
{
    gt_timer timer = start(0, block_twice, 0);
    pthread_t thread;
    void *calls;

    await_signs(1);
    cr_assert_eq(pthread_create(&thread, NULL, stop_sync, &timer), 0);
    let_go(1);
    pthread_join(thread, &calls);
    cr_expect_eq((uintptr_t)calls, 2);
}

static void *let_one_go(void *unused)
{
    let_go(1);
    return unused;
}

Test(funcs, stop_sync_waits_for_a_callback_though_it_stopped_the_next)
{
    for (int round = 0; round < 20; round++) {
        gt_timer timer = start(0, block_twice, 0);
        pthread_t thread;

        await_signs(1);
        cr_expect_eq(gt_timer_reset(timer, GT_HOUR), 0);
        cr_assert_eq(pthread_create(&thread, NULL, let_one_go, NULL), 0);
        cr_expect_eq(gt_timer_stop_sync(timer), 1);
        cr_assert_eq(__atomic_load_n(&gate.calls, __ATOMIC_SEQ_CST), 2 * (round + 1));
        pthread_join(thread, NULL);
        await_signs(1);
    }
}

static int answers[4];
static gt_timer own;

static void ask_in_callback(void *argument)
{
    answers[0] = gt_timer_stop_sync(own);
    answers[1] = gt_shutdown();
    answers[2] = gt_clock_mock_advance(1);
    answers[3] = executor_inside();
    count(argument);
}

Test(mocked_funcs, what_would_wait_for_itself_is_refused)
{
    own = start(10, ask_in_callback, 0);
    gt_clock_mock_advance(10);
    cr_expect_eq(answers[0], -EDEADLK);
    cr_expect_eq(answers[1], -EDEADLK);
    cr_expect_eq(answers[2], -EDEADLK);
    cr_expect(answers[3]);
    cr_expect_not(executor_inside());
}

static void stop_another(void *argument)
{
    answers[0] = gt_timer_stop_sync(own);
    count(argument);
}

Test(mocked_funcs, a_callback_may_wait_for_another)
{
    own = start(20, count, 0);
    start(10, stop_another, 0);
    gt_clock_mock_advance(100);
    cr_expect_eq(answers[0], 1);
    cr_expect_eq(gate.calls, 1);
}

static unsigned threads_there(void)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned count = 0;

    for (const struct dirent *task; (task = readdir(tasks));)
        count += *task->d_name != '.';
    closedir(tasks);
    return count;
}

Test(funcs, those_that_never_block_need_no_thread)
{
    unsigned before;

    gt_timer_stop(gt_timer_new(GT_HOUR)); /* there is an engine */
    before = threads_there();
    for (int i = 0; i < 5; i++)
        start(0, count, GT_INLINE);
    await_signs(5);
    cr_expect_eq(threads_there(), before);
}

/* How often the thread that fires timers went to sleep, each time one of them fired. */
static struct {
    long first, last;
    int fires; /* atomic */
} sleeps;

static void count_sleeps(void *unused)
{
    struct rusage usage;

    (void)unused;
    getrusage(RUSAGE_THREAD, &usage);
    sleeps.last = usage.ru_nvcsw;
    if (sleeps.fires == 0)
        sleeps.first = sleeps.last;
    __atomic_store_n(&sleeps.fires, sleeps.fires + 1, __ATOMIC_RELEASE);
}

Test(funcs, many_that_follow_close_together_share_wakes)
{
    struct gt_func func = {.function = count_sleeps, .flags = GT_INLINE | GT_AUTOFREE};
    int64_t begun = gt_now() + 20 * GT_MILLISECOND;

    for (int i = 0; i < 2000; i++)
        gt_after_func_with(begun + i * 20 * GT_MICROSECOND - gt_now(), &func);
    while (__atomic_load_n(&sleeps.fires, __ATOMIC_ACQUIRE) < 2000)
        gt_sleep(GT_MILLISECOND);
    cr_expect_leq(sleeps.last - sleeps.first, 2000 / 8);
}

Test(mocked_funcs, it_has_no_channel)
{
    gt_timer timer = start(10, count, 0);

    cr_expect_eq(gt_timer_chan(timer).handle, 0);
    cr_expect_eq(gt_chan_try_recv((gt_chan){timer.handle}, NULL), -ESTALE);
}

Test(mocked_funcs, no_function_is_refused)
{
    errno = 0;
    cr_expect_eq(gt_after_func(0, NULL, NULL).handle, 0);
    cr_expect_eq(errno, EINVAL);
    errno = 0;
    cr_expect_eq(gt_after_func_with(0, &(struct gt_func){.name = "none"}).handle, 0);
    cr_expect_eq(errno, EINVAL);
}

Test(mocked_funcs, unknown_flags_are_refused)
{
    errno = 0;
    cr_expect_eq(start(10, count, 4).handle, 0);
    cr_expect_eq(errno, EINVAL);
    cr_expect_eq(gate.destroyed, 0);
}

/* ---- threads ---- */

Test(funcs, callbacks_that_block_do_not_hold_up_others)
{
    for (int i = 0; i < 64; i++)
        start(0, block, GT_AUTOFREE);
    await_signs(64);
    let_go(64);
    await_signs(64);
    cr_expect_eq(gate.destroyed, 64);
}

static int processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void run_source(struct source *source)
{
    (void)source;
    block(&gate);
}

/* Each callback is short, and so none is in the way; but all together are long. */
Test(funcs, what_is_posted_at_once_wakes_one_thread_and_later_another, .timeout = 20)
{
    struct source source = {.run = run_source};
    int64_t now = gt_now();
    unsigned before = threads_there();

    if (processors() < 2)
        cr_skip_test("there is one processor");
    executor_post(&source, 3);
    await_signs(1);
    executor_supervise(now);
    let_go(1);
    await_signs(1);
    cr_expect_eq(threads_there(), before + 1);
    executor_supervise(now + GT_MILLISECOND);
    await_signs(1);
    cr_expect_eq(threads_there(), before + 2);
    let_go(2);
}

static int running, running_most;

static void measure(void *argument)
{
    int now = __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);

    if (now > __atomic_load_n(&running_most, __ATOMIC_SEQ_CST))
        __atomic_store_n(&running_most, now, __ATOMIC_SEQ_CST);
    block(argument);
    __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
}

Test(funcs, no_more_run_at_once_than_the_limit_says)
{
    cr_expect_eq(gt_executor_limit(0), -EINVAL);
    cr_expect_eq(gt_executor_limit(3), 0);
    for (int i = 0; i < 20; i++)
        start(0, measure, GT_AUTOFREE);
    await_signs(3);
    let_go(20);
    await_signs(17 + 20);
    cr_expect_leq(running_most, 3);
    cr_expect_eq(gate.destroyed, 20);
}

Test(funcs, a_lower_limit_counts_for_threads_that_are_there)
{
    for (int round = 0; round < 20; round++) {
        gt_executor_limit(round % 2 ? 1 : 4);
        __atomic_store_n(&running_most, 0, __ATOMIC_SEQ_CST);
        for (int i = 0; i < 8; i++)
            start(0, measure, GT_AUTOFREE);
        let_go(8);
        await_signs(16);
        cr_expect_leq(running_most, round % 2 ? 1 : 4);
    }
}

Test(funcs, a_higher_limit_counts_at_once)
{
    gt_executor_limit(1);
    start(0, block, GT_AUTOFREE);
    await_signs(1);
    start(0, block, GT_AUTOFREE);
    start(0, block, GT_AUTOFREE);
    gt_executor_limit(3);
    await_signs(2);
    let_go(3);
    await_signs(3);
}

Test(funcs, one_timer_may_run_twice_at_once)
{
    gt_timer timer = start(0, block, 0);

    await_signs(1);
    cr_expect_eq(gt_timer_reset(timer, 0), 0);
    await_signs(1);
    let_go(2);
    cr_expect_eq(gt_timer_stop_sync(timer), 0);
    cr_expect_eq(gate.calls, 2);
}

static sigset_t blocked;

static void look_at_signals(void *argument)
{
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    count(argument);
}

Test(funcs, the_library_s_threads_take_no_signals)
{
    const unsigned flags[] = {0, GT_INLINE};

    for (int i = 0; i < 2; i++) {
        sigemptyset(&blocked);
        start(0, look_at_signals, flags[i]);
        await_signs(1);
        cr_expect(sigismember(&blocked, SIGINT));
        cr_expect(sigismember(&blocked, SIGALRM));
        cr_expect_not(pthread_equal(gate.thread, pthread_self()));
    }
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    cr_expect_not(sigismember(&blocked, SIGINT));
}
