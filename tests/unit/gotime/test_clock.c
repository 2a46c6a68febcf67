/* The clocks: the mock one, and that the wall clock has no say. */
#include "gotime/gotime.h"

#include "engine_check.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void end(void)
{
    engine_check();
    cr_expect_eq(gt_shutdown(), 0);
}

TestSuite(clock, .fini = end);

static int64_t monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * GT_SECOND + now.tv_nsec;
}

Test(clock, the_real_one_is_monotonic_time)
{
    int64_t before = monotonic(), now = gt_now();

    cr_expect_geq(now, before);
    cr_expect_leq(now, monotonic());
}

/* What the shard waits for is begun anew, too: the engine sleeps, and has to be told. */
Test(clock, what_was_stopped_under_the_mock_one_hides_no_timer_of_the_real_one, .timeout = 60)
{
    cr_expect_eq(gt_chan_recv(gt_after(1), NULL), 0);
    cr_assert_eq(gt_clock_mock(0), 0);
    cr_expect_eq(gt_timer_stop(gt_timer_new(100)), 1);
    cr_assert_eq(gt_clock_real(), 0);
    cr_expect_eq(gt_chan_recv(gt_after(GT_MILLISECOND), NULL), 0);
}

Test(clock, sleep_lasts_at_least_as_long_as_told)
{
    int64_t before = gt_now();

    gt_sleep(3 * GT_MILLISECOND);
    cr_expect_geq(gt_now(), before + 3 * GT_MILLISECOND);
    gt_sleep(0);
    gt_sleep(INT64_MIN);
}

Test(clock, the_mock_one_stands_still)
{
    cr_expect_eq(gt_clock_mock(77), 0);
    cr_expect_eq(gt_now(), 77);
    cr_expect_eq(gt_clock_mock_advance(3), 0);
    cr_expect_eq(gt_now(), 80);
    cr_expect_eq(gt_clock_mock(99), -EBUSY);
    cr_expect_eq(gt_clock_mock_advance(-1), -EINVAL);
    cr_expect_eq(gt_now(), 80);
    cr_expect_eq(gt_clock_real(), 0);
    cr_expect_neq(gt_now(), 80);
    cr_expect_eq(gt_clock_mock_advance(1), -EINVAL);
    cr_expect_eq(gt_clock_mock_await(0), -EINVAL);
}

Test(clock, is_not_changed_while_timers_wait)
{
    gt_timer timer = gt_timer_new(GT_HOUR);

    cr_expect_eq(gt_clock_mock(0), -EBUSY);
    gt_timer_stop(timer);
    cr_expect_eq(gt_clock_mock(0), 0);
    gt_timer_reset(timer, GT_HOUR);
    cr_expect_eq(gt_clock_real(), -EBUSY);
    gt_timer_stop(timer);
    cr_expect_eq(gt_clock_real(), 0);
}

/* A timer from one clock's time serves in the other's. */
Test(clock, idle_timers_go_from_one_clock_to_the_other)
{
    gt_timer timer;
    int64_t time;

    gt_clock_mock(INT64_MIN);
    timer = gt_timer_new(10);
    gt_clock_mock_advance(10);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &time), 0);
    cr_expect_eq(time, INT64_MIN + 10);
    cr_expect_eq(gt_clock_real(), 0);
    gt_timer_reset(timer, GT_MILLISECOND);
    cr_expect_eq(gt_chan_recv(gt_timer_chan(timer), &time), 0);
    gt_clock_mock(0);
    gt_timer_reset(timer, 10);
    gt_clock_mock_advance(10);
    cr_expect_eq(gt_chan_try_recv(gt_timer_chan(timer), &time), 0);
    cr_expect_eq(time, 10);
}

Test(clock, advancing_ends_at_the_end_of_time)
{
    gt_clock_mock(INT64_MAX);
    cr_expect_eq(gt_clock_mock_advance(INT64_MAX), 0);
    cr_expect_eq(gt_now(), INT64_MAX - 1);
}

/* ---- order ---- */

static int64_t seen[16];
static size_t seen_count;

static void note(void *unused)
{
    (void)unused;
    seen[seen_count++] = gt_now();
}

static void note_and_start(void *unused)
{
    note(unused);
    gt_after_func(5, note, NULL);
    gt_after_func(0, note, NULL);
}

Test(clock, each_callback_sees_its_own_time_and_what_it_starts_runs_too)
{
    const int64_t expected[] = {10, 10, 15, 20, 30, 30, 35};

    gt_clock_mock(0);
    gt_after_func(30, note_and_start, NULL);
    gt_after_func(20, note, NULL);
    gt_after_func(10, note_and_start, NULL);
    gt_clock_mock_advance(35);
    cr_expect_eq(seen_count, 7);
    cr_expect_arr_eq(seen, expected, sizeof(expected));
    cr_expect_eq(gt_now(), 35);
}

static void *start_another(void *unused)
{
    gt_after_func(15, note, NULL);
    return unused;
}

Test(clock, the_order_holds_across_threads)
{
    const int64_t expected[] = {10, 15, 20};
    pthread_t thread;

    gt_clock_mock(0);
    gt_after_func(20, note, NULL);
    gt_after_func(10, note, NULL);
    cr_assert_eq(pthread_create(&thread, NULL, start_another, NULL), 0);
    pthread_join(thread, NULL);
    gt_clock_mock_advance(20);
    cr_expect_eq(seen_count, 3);
    cr_expect_arr_eq(seen, expected, sizeof(expected));
}

/* ---- those who wait ---- */

static void *sleep_an_hour(void *woke_at)
{
    gt_sleep(GT_HOUR);
    *(int64_t *)woke_at = gt_now();
    return NULL;
}

Test(clock, sleepers_are_awaited_and_woken)
{
    pthread_t threads[3];
    int64_t woke_at[3] = {0};

    gt_clock_mock(0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, sleep_an_hour, &woke_at[i]), 0);
    cr_expect_eq(gt_clock_mock_await(3), 0);
    cr_expect_eq(gt_clock_mock_waiting(), 3);
    cr_expect_eq(gt_clock_mock_advance(GT_HOUR), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(woke_at[i], GT_HOUR);
    }
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

/* ---- namespaces ---- */

/* In a time namespace, whose monotonic clock is days ahead. Exits 77 where it is not permitted. */
static void in_namespace(void)
{
    const char *offset = "monotonic 400000 0\n";
    int offsets, status;
    int64_t outside = monotonic();
    pid_t child;

    if (unshare(CLONE_NEWUSER | CLONE_NEWTIME) != 0)
        _exit(77);
    offsets = open("/proc/self/timens_offsets", O_WRONLY);
    if (offsets < 0 || write(offsets, offset, strlen(offset)) < 0)
        _exit(77);
    child = fork();
    if (child == 0) {
        int64_t before = gt_now(), time = 0;
        gt_timer timer = gt_timer_new(5 * GT_MILLISECOND);

        if (before < outside + 300000 * GT_SECOND)
            _exit(77);
        if (gt_chan_recv(gt_timer_chan(timer), &time) != 0)
            _exit(1);
        gt_sleep(GT_MILLISECOND);
        _exit(time < before + 5 * GT_MILLISECOND || time > gt_now());
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        _exit(1);
    _exit(WEXITSTATUS(status));
}

static int exit_status_of(void (*run)(void))
{
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        run();
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(clock, works_in_a_time_namespace)
{
    int status = exit_status_of(in_namespace);

    if (status == 77)
        cr_skip_test("no time namespaces here");
    cr_expect_eq(status, 0);
}
