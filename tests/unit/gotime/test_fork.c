/* fork() and the end: nothing of before is left, and everything begins anew. */
#include "gotime/gotime.h"

#include "engine_check.h"
#include "gotime/timer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(void)
{
    engine_check();
    cr_expect_eq(gt_shutdown(), 0);
}

TestSuite(forking, .fini = end);
TestSuite(shutdown, .fini = end);

static void nothing(void *unused)
{
    (void)unused;
}

static void send(void *chan)
{
    gt_chan_send(*(gt_chan *)chan, NULL);
}

/* All of it works: channels of timers, callbacks in the executor's threads, tickers. */
static bool works(void)
{
    gt_chan sent = gt_chan_make(0, 1);
    gt_timer timer = gt_timer_new(GT_MILLISECOND), func = gt_after_func(0, send, &sent);
    gt_ticker ticker = gt_ticker_new(GT_MILLISECOND);
    bool good = gt_chan_recv(gt_timer_chan(timer), NULL) == 0 &&
                gt_chan_recv(gt_ticker_chan(ticker), NULL) == 0 &&
                gt_chan_recv(gt_after(1), NULL) == 0 && gt_chan_recv(sent, NULL) == 0;

    gt_timer_stop_sync(func);
    return good && gt_timer_free(timer) == 0 && gt_timer_free(func) == 0 &&
           gt_ticker_free(ticker) == 0 && gt_chan_free(sent) == 0;
}

static int status_of(pid_t child)
{
    int status = -1;

    cr_assert_gt(child, 0);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- fork ---- */

static int destroyed;

static void count_end(void *unused)
{
    (void)unused;
    destroyed++;
}

static int child_finds_nothing(gt_timer timer, gt_ticker ticker, gt_chan tick, gt_chan after,
                               gt_timer func)
{
    if (gt_timer_stop(timer) != -ESTALE || gt_ticker_stop(ticker) != -ESTALE)
        return 1;
    if (gt_chan_try_recv(tick, NULL) != -ESTALE || gt_timer_free(func) != -ESTALE)
        return 2;
    if (gt_chan_try_recv(after, NULL) != -ESTALE) /* it has not fired: it is gone */
        return 6;
    if (!works() || gt_timer_stop(timer) != -ESTALE)
        return 3;
    if (gt_shutdown() != 0 || destroyed)
        return 4;
    return works() ? 0 : 5;
}

Test(forking, the_child_has_no_timers_and_new_ones_work)
{
    struct gt_func with_end = {.function = nothing, .destroy = count_end};
    gt_timer timer = gt_timer_new(GT_HOUR), func = gt_after_func_with(GT_HOUR, &with_end);
    gt_ticker ticker = gt_ticker_new(GT_HOUR);
    gt_chan tick = gt_tick(GT_HOUR), after = gt_after(GT_HOUR);
    pid_t child;

    cr_assert(works());
    child = fork();
    if (child == 0)
        _exit(child_finds_nothing(timer, ticker, tick, after, func));
    cr_expect_eq(status_of(child), 0);
    cr_expect(works());
    cr_expect_eq(gt_timer_stop(timer), 1);
    cr_expect_eq(gt_timer_free(func), 0);
    cr_expect_eq(destroyed, 1);
}

Test(forking, the_child_keeps_a_mock_clock)
{
    pid_t child;

    cr_assert_eq(gt_clock_mock(5), 0);
    gt_timer_new(10);
    child = fork();
    if (child == 0) {
        gt_timer timer = gt_timer_new(10);

        gt_clock_mock_advance(10);
        _exit(gt_now() != 15 || gt_chan_try_recv(gt_timer_chan(timer), NULL) != 0 ||
              gt_clock_mock_waiting() != 0);
    }
    cr_expect_eq(status_of(child), 0);
    cr_expect_eq(gt_clock_mock_waiting(), 1);
}

static int pipe_ends[2];

static bool starts_and_stops(void)
{
    return gt_timer_stop(gt_timer_new(GT_HOUR)) == 1;
}

/* The child's one thread is that of the callback: the executor's, or the engine's. */
static void fork_in_callback(void *check)
{
    bool (*works_in_callback)(void) = *(bool (**)(void))check;
    pid_t child = fork();
    char good;

    if (child == 0)
        _exit(!works_in_callback());
    good = status_of(child) == 0;
    cr_assert_eq(write(pipe_ends[1], &good, 1), 1);
}

static bool callback_forks(unsigned flags, bool (*check)(void))
{
    struct gt_func func = {.function = fork_in_callback, .argument = &check, .flags = flags};
    gt_timer timer = gt_after_func_with(0, &func);
    char good;

    cr_assert_eq(read(pipe_ends[0], &good, 1), 1);
    gt_timer_stop_sync(timer);
    return good;
}

Test(forking, a_callback_may_fork)
{
    cr_assert_eq(pipe(pipe_ends), 0);
    cr_expect(callback_forks(0, works));
    cr_expect(callback_forks(GT_INLINE, starts_and_stops)); /* it must not block */
}

/* The timer whose callback has forked is gone: its place is this one's now, and only this one's. */
static void leave(void *unused)
{
    (void)unused;
    _exit(timer_cell(local.running)->running == 1 ? 7 : 8);
}

/* No other thread is to run what comes next there. */
static void go_on_as_child(void *children)
{
    pid_t child = fork();

    if (child != 0) {
        gt_chan_send(*(gt_chan *)children, &child);
        return;
    }
    gt_executor_limit(1);
    gt_after_func(0, leave, NULL);
}

/* The callback returns in the child, too: then its thread goes on as the library's there. */
Test(forking, a_callback_may_return_in_the_child, .timeout = 60)
{
    gt_chan children = gt_chan_make(sizeof(pid_t), 1);
    gt_timer timer = gt_after_func(0, go_on_as_child, &children);
    pid_t child = -1;

    cr_assert_eq(gt_chan_recv(children, &child), 0);
    gt_timer_stop_sync(timer);
    cr_assert_gt(child, 0);
    cr_expect_eq(status_of(child), 7);
}

static bool over;

static void *make_and_stop(void *unused)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        gt_timer timers[40];

        for (int i = 0; i < 40; i++)
            timers[i] = gt_timer_new(i * 1000);
        for (int i = 0; i < 40; i++)
            gt_timer_free(timers[i]);
        gt_timer_free(gt_after_func(1, nothing, NULL));
    }
    return unused;
}

Test(forking, in_the_midst_of_what_other_threads_do)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, make_and_stop, NULL), 0);
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();

        if (child == 0) {
            engine_check();
            _exit(!works());
        }
        cr_expect_eq(status_of(child), 0);
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* ---- shutdown ---- */

Test(shutdown, makes_all_handles_stale_for_good)
{
    gt_timer timer = gt_timer_new(GT_HOUR), again;
    gt_ticker ticker = gt_ticker_new(GT_HOUR);
    gt_chan after = gt_after(GT_HOUR);

    cr_expect_eq(gt_shutdown(), 0);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
    cr_expect_eq(gt_chan_try_recv(after, NULL), -ESTALE, "it has not fired");
    again = gt_timer_new(GT_HOUR);
    cr_expect_neq(again.handle, timer.handle);
    cr_expect_eq(gt_timer_stop(timer), -ESTALE);
    cr_expect_eq(gt_ticker_free(ticker), -ESTALE);
    cr_expect_eq(gt_timer_stop(again), 1);
}

Test(shutdown, may_be_called_at_any_time_and_again)
{
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(gt_shutdown(), 0);
        cr_expect(works());
    }
}

Test(shutdown, destroys_the_arguments_of_pending_callbacks)
{
    struct gt_func func = {.function = nothing, .destroy = count_end};

    for (int i = 0; i < 100; i++)
        gt_after_func_with(GT_HOUR, &func);
    cr_expect_eq(gt_shutdown(), 0);
    cr_expect_eq(destroyed, 100);
}

static gt_chan begun, go;
static bool returned;

static void block(void *unused)
{
    (void)unused;
    gt_chan_send(begun, NULL);
    gt_chan_recv(go, NULL);
    __atomic_store_n(&returned, true, __ATOMIC_SEQ_CST);
}

Test(shutdown, waits_for_what_runs)
{
    begun = gt_chan_make(0, 0);
    go = gt_chan_make(0, 1);
    gt_after_func(0, block, NULL);
    gt_chan_recv(begun, NULL);
    gt_chan_send(go, NULL);
    cr_expect_eq(gt_shutdown(), 0);
    cr_expect(returned);
}

static gt_timer made;

static void make_timer(void *unused)
{
    (void)unused;
    errno = 0;
    made = gt_timer_new(GT_HOUR);
}

Test(shutdown, a_destructor_can_make_no_new_timer)
{
    struct gt_func func = {.function = nothing, .destroy = make_timer};

    gt_after_func_with(GT_HOUR, &func);
    cr_expect_eq(gt_shutdown(), 0);
    cr_expect_eq(made.handle, 0);
    cr_expect_eq(errno, ESHUTDOWN);
    cr_expect(works());
}

Test(shutdown, brings_the_real_clock_back)
{
    cr_expect_eq(gt_clock_mock(0), 0);
    gt_timer_new(10);
    cr_expect_eq(gt_shutdown(), 0);
    cr_expect_neq(gt_now(), 0);
    cr_expect(works());
}
