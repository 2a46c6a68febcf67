/* The scheduler: the grid, what is missed, stop and reset. The clock is the mock one. */
#include "gotime/gotime.h"
#include "gotime/handle.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MOST 64

/* What a task saw. */
struct diary {
    int runs;
    int64_t at[RUNS_MOST];
    gt_task task;
    int result;
};

static struct diary diary;

static void set_up(void)
{
    cr_assert_eq(gt_clock_mock(1000), 0);
}

TestSuite(scheduler, .init = set_up, .timeout = 60);

static void write_diary(void *to)
{
    struct diary *mine = to;

    if (mine->runs < RUNS_MOST)
        mine->at[mine->runs] = gt_now();
    mine->runs++;
}

static void expect_runs(const struct diary *of, int runs, const int64_t *at)
{
    cr_assert_eq(of->runs, runs, "%d runs", of->runs);
    for (int i = 0; i < runs; i++)
        cr_expect_eq(of->at[i], at[i], "run %d at %ld", i, (long)of->at[i]);
}

Test(scheduler, runs_every_period)
{
    gt_task task = gt_scheduler_start(10, write_diary, &diary);

    gt_clock_mock_advance(9);
    cr_expect_eq(diary.runs, 0);
    gt_clock_mock_advance(26);
    expect_runs(&diary, 3, (int64_t[]){1010, 1020, 1030});
    cr_expect_eq(gt_scheduler_stop(task), 0);
    gt_clock_mock_advance(100);
    cr_expect_eq(diary.runs, 3);
}

Test(scheduler, all_tasks_are_on_one_timer)
{
    gt_task tasks[100];

    for (int i = 0; i < 100; i++)
        tasks[i] = gt_scheduler_start(1 + i % 7, write_diary, &diary);
    cr_expect_eq(gt_clock_mock_waiting(), 1);
    for (int i = 0; i < 100; i++)
        cr_expect_eq(gt_scheduler_stop(tasks[i]), 0);
    cr_expect_eq(gt_clock_mock_waiting(), 0, "and without a task it is stopped");
}

Test(scheduler, tasks_run_in_the_order_of_their_time)
{
    static struct diary diaries[7];
    gt_task tasks[7];

    for (int i = 0; i < 7; i++)
        tasks[i] = gt_scheduler_start(7 - i, write_diary, &diaries[i]);
    gt_clock_mock_advance(420);
    for (int i = 0; i < 7; i++) {
        cr_expect_eq(diaries[i].runs, 420 / (7 - i));
        for (int run = 0; run < diaries[i].runs && run < RUNS_MOST; run++)
            cr_assert_eq(diaries[i].at[run], 1000 + (7 - i) * (run + 1));
        gt_scheduler_stop(tasks[i]);
    }
}

Test(scheduler, reset_counts_from_now)
{
    gt_task task = gt_scheduler_start(10, write_diary, &diary);

    gt_clock_mock_advance(15);
    cr_expect_eq(gt_scheduler_reset(task, 4), 0);
    gt_clock_mock_advance(9);
    cr_expect_eq(gt_scheduler_reset(task, 100), 0);
    gt_clock_mock_advance(100);
    expect_runs(&diary, 4, (int64_t[]){1010, 1019, 1023, 1124});
    gt_scheduler_stop(task);
}

Test(scheduler, refuses_what_is_no_period)
{
    gt_task task = gt_scheduler_start(10, write_diary, &diary);

    errno = 0;
    cr_expect_eq(gt_scheduler_start(0, write_diary, &diary).handle, 0);
    cr_expect_eq(errno, EINVAL);
    errno = 0;
    cr_expect_eq(gt_scheduler_start(10, NULL, NULL).handle, 0);
    cr_expect_eq(errno, EINVAL);
    cr_expect_eq(gt_scheduler_reset(task, 0), -EINVAL);
    cr_expect_eq(gt_scheduler_reset(task, -5), -EINVAL);
    gt_clock_mock_advance(10);
    cr_expect_eq(diary.runs, 1, "it runs on as before");
    gt_scheduler_stop(task);
}

Test(scheduler, a_period_beyond_all_time_never_comes)
{
    gt_task task = gt_scheduler_start(GT_NEVER, write_diary, &diary);

    gt_clock_mock_advance(GT_HOUR);
    cr_expect_eq(diary.runs, 0);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    cr_expect_eq(gt_scheduler_stop(task), 0);
}

Test(scheduler, a_stale_handle_is_an_error)
{
    gt_task task = gt_scheduler_start(10, write_diary, &diary), next;

    cr_expect_eq(gt_scheduler_stop(task), 0);
    cr_expect_eq(gt_scheduler_stop(task), -ESTALE);
    cr_expect_eq(gt_scheduler_reset(task, 10), -ESTALE);
    next = gt_scheduler_start(10, write_diary, &diary);
    cr_expect_eq(gt_scheduler_stop(task), -ESTALE);
    cr_expect_eq(gt_scheduler_stop((gt_task){0}), -ESTALE);
    gt_clock_mock_advance(10);
    cr_expect_eq(diary.runs, 1, "the next one in its place is not touched");
    gt_scheduler_stop(next);
}

static void stop_myself(void *unused)
{
    (void)unused;
    diary.runs++;
    diary.result = gt_scheduler_stop(diary.task);
}

Test(scheduler, a_task_may_stop_itself)
{
    diary.task = gt_scheduler_start(10, stop_myself, NULL);
    gt_clock_mock_advance(100);
    cr_expect_eq(diary.runs, 1);
    cr_expect_eq(diary.result, -EDEADLK);
    cr_expect_eq(gt_scheduler_stop(diary.task), -ESTALE);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    cr_expect_eq(handle_index(gt_scheduler_start(10, write_diary, &diary).handle),
                 handle_index(diary.task.handle), "its place is used again");
}

static gt_task rivals[2];

static void stop_the_other(void *mine)
{
    diary.runs++;
    diary.result = gt_scheduler_stop(rivals[mine == &rivals[0]]);
}

Test(scheduler, what_is_stopped_as_it_is_due_does_not_run)
{
    for (int i = 0; i < 2; i++)
        rivals[i] = gt_scheduler_start(10, stop_the_other, &rivals[i]);
    gt_clock_mock_advance(10);
    cr_expect_eq(diary.runs, 1);
    cr_expect_eq(diary.result, 0);
}

static void slow_down(void *unused)
{
    write_diary(&diary);
    diary.result = gt_scheduler_reset(diary.task, 10 * diary.runs);
    (void)unused;
}

Test(scheduler, a_task_may_reset_itself)
{
    diary.task = gt_scheduler_start(10, slow_down, NULL);
    gt_clock_mock_advance(70);
    cr_expect_eq(diary.result, 0);
    expect_runs(&diary, 4, (int64_t[]){1010, 1020, 1040, 1070});
    gt_scheduler_stop(diary.task);
}

static pid_t forked;

static void fork_inside(void *unused)
{
    (void)unused;
    forked = fork();
}

static int child_goes_on(void)
{
    gt_task own;

    if (gt_scheduler_stop(diary.task) != -ESTALE)
        return 1;
    own = gt_scheduler_start(10, write_diary, &diary);
    gt_clock_mock_advance(10);
    return diary.runs == 1 && gt_scheduler_stop(own) == 0 ? 0 : 2;
}

/* In the child the run goes on, and returns into a scheduler without tasks. */
Test(scheduler, a_task_may_fork)
{
    int status;

    diary.task = gt_scheduler_start(10, fork_inside, NULL);
    gt_clock_mock_advance(10);
    if (forked == 0)
        _exit(child_goes_on());
    waitpid(forked, &status, 0);
    cr_expect(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
    cr_expect_eq(gt_scheduler_stop(diary.task), 0);
}

/* ---- by the real clock: tasks that take as long as the test lets them ---- */

static sem_t entered, leave;
static int inside, overlaps, quick_runs;

static void real_clock(void)
{
    gt_clock_real();
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
}

static void be_slow(void *unused)
{
    (void)unused;
    overlaps += __atomic_fetch_add(&inside, 1, __ATOMIC_ACQ_REL);
    sem_post(&entered);
    sem_wait(&leave);
    __atomic_fetch_sub(&inside, 1, __ATOMIC_ACQ_REL);
}

static void be_quick(void *unused)
{
    (void)unused;
    quick_runs++;
    sem_post(&entered);
}

TestSuite(slow_task, .init = real_clock, .timeout = 60);

static void await_entries(int count)
{
    while (count-- > 0)
        while (sem_wait(&entered) != 0)
            ;
}

/* Of one that is in a run: no other is to begin, which nobody would let leave. */
static void let_this_be_the_last(gt_task slow)
{
    cr_expect_eq(gt_scheduler_reset(slow, GT_HOUR), 0);
}

Test(slow_task, delays_no_other_and_never_overlaps_itself)
{
    gt_task slow = gt_scheduler_start(GT_MILLISECOND, be_slow, NULL), quick;
    int waiting;

    await_entries(1);
    quick = gt_scheduler_start(GT_MILLISECOND, be_quick, NULL);
    await_entries(20);
    cr_expect_eq(gt_scheduler_stop(quick), 0);
    sem_getvalue(&entered, &waiting);
    cr_expect_eq(quick_runs, 20 + waiting, "the slow one came no second time");
    sem_post(&leave);
    await_entries(waiting + 1); /* its next turn */
    let_this_be_the_last(slow);
    sem_post(&leave);
    cr_expect_eq(gt_scheduler_stop(slow), 0);
    cr_expect_eq(overlaps, 0);
    cr_expect_eq(inside, 0);
}

static void *let_it_leave(void *unused)
{
    sem_post(&leave);
    return unused;
}

Test(slow_task, stop_waits_for_the_run_in_progress)
{
    gt_task slow = gt_scheduler_start(GT_MILLISECOND, be_slow, NULL);
    pthread_t thread;

    await_entries(1);
    let_this_be_the_last(slow);
    pthread_create(&thread, NULL, let_it_leave, NULL);
    cr_expect_eq(gt_scheduler_stop(slow), 0);
    cr_expect_eq(inside, 0, "the run has ended");
    pthread_join(thread, NULL);
}

Test(slow_task, can_be_reset_while_it_runs)
{
    gt_task slow = gt_scheduler_start(GT_MILLISECOND, be_slow, NULL);

    await_entries(1);
    cr_expect_eq(gt_scheduler_reset(slow, GT_HOUR), 0);
    sem_post(&leave);
    cr_expect_eq(gt_scheduler_reset(slow, GT_MILLISECOND), 0);
    await_entries(1);
    let_this_be_the_last(slow);
    sem_post(&leave);
    cr_expect_eq(gt_scheduler_stop(slow), 0);
    cr_expect_eq(overlaps, 0);
}

static int child_sees_none(gt_task task)
{
    gt_task own;

    if (gt_scheduler_stop(task) != -ESTALE)
        return 1;
    own = gt_scheduler_start(GT_MILLISECOND, be_quick, NULL);
    await_entries(2);
    return gt_scheduler_stop(own) == 0 ? 0 : 2;
}

Test(slow_task, a_forked_child_has_no_tasks)
{
    gt_task slow = gt_scheduler_start(GT_MILLISECOND, be_slow, NULL);
    int status;
    pid_t child;

    await_entries(1);
    child = fork();
    if (child == 0)
        _exit(child_sees_none(slow));
    waitpid(child, &status, 0);
    cr_expect(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
    let_this_be_the_last(slow);
    sem_post(&leave);
    cr_expect_eq(gt_scheduler_stop(slow), 0);
}
