/* Contexts: done, why, when, and what is left of them. The clock is the mock one. */
#include "gotime/gotime.h"
#include "gotime/handle.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static gt_ctx root;

static void set_up(void)
{
    cr_assert_eq(gt_clock_mock(1000), 0);
    root = gt_ctx_with_cancel(gt_ctx_background());
    cr_assert_neq(root.handle, 0);
}

TestSuite(context, .init = set_up, .timeout = 60);

static bool is_closed(gt_ctx ctx)
{
    return gt_chan_try_recv(gt_ctx_done(ctx), NULL) == -EPIPE;
}

static void expect_done(gt_ctx ctx, int err)
{
    cr_expect_eq(gt_ctx_err(ctx), err, "%d", gt_ctx_err(ctx));
    cr_expect(is_closed(ctx));
}

static void expect_not_done(gt_ctx ctx)
{
    cr_expect_eq(gt_ctx_err(ctx), 0, "%d", gt_ctx_err(ctx));
    cr_expect_eq(gt_chan_try_recv(gt_ctx_done(ctx), NULL), -EAGAIN);
}

Test(context, the_background_is_never_done)
{
    gt_ctx background = gt_ctx_background();
    int64_t deadline;

    cr_expect_eq(gt_ctx_cancel(background), -EPERM);
    cr_expect_eq(gt_ctx_free(background), 0);
    cr_expect_eq(gt_ctx_err(background), 0);
    cr_expect_eq(gt_ctx_done(background).handle, 0);
    cr_expect_not(gt_ctx_deadline(background, &deadline));
}

Test(context, is_done_when_it_is_cancelled)
{
    expect_not_done(root);
    cr_expect_eq(gt_ctx_cancel(root), 0);
    expect_done(root, -ECANCELED);
    cr_expect_eq(gt_ctx_cancel(root), 0, "again is no error");
    expect_done(root, -ECANCELED);
}

Test(context, is_done_when_its_time_has_come_not_before)
{
    gt_ctx ctx = gt_ctx_with_timeout(root, 100);

    gt_clock_mock_advance(99);
    expect_not_done(ctx);
    gt_clock_mock_advance(1);
    expect_done(ctx, -ETIMEDOUT);
    expect_not_done(root);
    cr_expect_eq(gt_ctx_cancel(ctx), 0);
    cr_expect_eq(gt_ctx_err(ctx), -ETIMEDOUT, "the first reason stays");
}

Test(context, without_time_it_is_done_at_once)
{
    gt_ctx now = gt_ctx_with_timeout(root, 0), past = gt_ctx_with_deadline(root, 999);

    expect_done(now, -ETIMEDOUT);
    expect_done(past, -ETIMEDOUT);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

Test(context, a_timeout_for_ever_is_no_deadline)
{
    gt_ctx ctx = gt_ctx_with_timeout(root, GT_NEVER);

    cr_expect_not(gt_ctx_deadline(ctx, NULL));
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    expect_not_done(ctx);
}

Test(context, releases_its_timer_as_soon_as_it_is_done)
{
    gt_ctx cancelled = gt_ctx_with_timeout(root, 100);
    gt_ctx freed = gt_ctx_with_timeout(root, 200);
    gt_ctx by_its_parent = gt_ctx_with_deadline(gt_ctx_with_cancel(root), 5000);

    cr_expect_eq(gt_clock_mock_waiting(), 3);
    gt_ctx_cancel(cancelled);
    cr_expect_eq(gt_clock_mock_waiting(), 2);
    gt_ctx_free(freed);
    cr_expect_eq(gt_clock_mock_waiting(), 1);
    gt_ctx_cancel(root);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    expect_done(by_its_parent, -ECANCELED);
}

Test(context, its_deadline_is_the_earliest_above_it)
{
    gt_ctx parent = gt_ctx_with_timeout(root, 100);
    gt_ctx later = gt_ctx_with_timeout(parent, 200), none = gt_ctx_with_cancel(parent);
    gt_ctx earlier = gt_ctx_with_deadline(parent, 1050);
    int64_t deadline = 0;

    cr_expect_not(gt_ctx_deadline(root, &deadline));
    cr_expect(gt_ctx_deadline(later, &deadline));
    cr_expect_eq(deadline, 1100);
    cr_expect(gt_ctx_deadline(none, &deadline));
    cr_expect_eq(deadline, 1100);
    cr_expect(gt_ctx_deadline(earlier, &deadline));
    cr_expect_eq(deadline, 1050);
    cr_expect_eq(gt_clock_mock_waiting(), 2, "the parent's timer serves the other two");
}

Test(context, a_child_is_done_with_its_parent_and_for_its_reason)
{
    gt_ctx parent = gt_ctx_with_timeout(root, 100);
    gt_ctx child = gt_ctx_with_timeout(parent, 200), grandchild = gt_ctx_with_cancel(child);

    gt_clock_mock_advance(100);
    expect_done(child, -ETIMEDOUT);
    expect_done(grandchild, -ETIMEDOUT);
    expect_not_done(root);
}

Test(context, a_childs_end_is_its_own)
{
    gt_ctx child = gt_ctx_with_cancel(root), sibling = gt_ctx_with_cancel(root);

    gt_ctx_cancel(child);
    expect_not_done(root);
    expect_not_done(sibling);
    gt_ctx_cancel(root);
    expect_done(sibling, -ECANCELED);
}

Test(context, a_child_of_a_done_parent_is_done_from_the_start)
{
    gt_ctx timed_out = gt_ctx_with_timeout(root, 0);

    expect_done(gt_ctx_with_cancel(timed_out), -ETIMEDOUT);
    gt_ctx_cancel(root);
    expect_done(gt_ctx_with_timeout(root, 100), -ECANCELED);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

Test(context, parent_or_child_may_be_freed_first)
{
    gt_ctx first = gt_ctx_with_timeout(root, 100), second = gt_ctx_with_timeout(root, 100);

    cr_expect_eq(gt_ctx_free(first), 0);
    expect_not_done(root);
    cr_expect_eq(gt_ctx_free(root), 0);
    expect_done(second, -ECANCELED);
    cr_expect_eq(gt_ctx_free(second), 0);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

static void expect_stale(gt_ctx ctx)
{
    int64_t deadline;

    cr_expect_eq(gt_ctx_cancel(ctx), -ESTALE);
    cr_expect_eq(gt_ctx_free(ctx), -ESTALE);
    cr_expect_eq(gt_ctx_err(ctx), -ESTALE);
    cr_expect_eq(gt_chan_recv(gt_ctx_done(ctx), NULL), -ESTALE, "else it waits for ever");
    cr_expect_not(gt_ctx_deadline(ctx, &deadline));
    errno = 0;
    cr_expect_eq(gt_ctx_with_timeout(ctx, 1).handle, 0);
    cr_expect_eq(errno, ESTALE);
}

Test(context, a_stale_handle_is_an_error)
{
    gt_ctx copy = root, next;
    gt_chan done = gt_ctx_done(root);

    gt_ctx_free(root);
    expect_stale(copy);
    cr_expect_eq(gt_chan_try_recv(done, NULL), -ESTALE);
    next = gt_ctx_with_cancel(gt_ctx_background());
    cr_expect_eq(handle_index(next.handle), handle_index(copy.handle), "its place is used again");
    expect_stale(copy);
    expect_not_done(next);
    expect_stale((gt_ctx){0});
    expect_stale((gt_ctx){
        handle_make(KIND_TASK, handle_index(next.handle), handle_generation(next.handle))});
    expect_stale((gt_ctx){handle_make(KIND_CONTEXT, (1u << HANDLE_INDEX_BITS) - 1, 1)});
}

Test(context, its_channel_is_not_the_users)
{
    gt_chan done = gt_ctx_done(root);

    cr_expect_eq(gt_chan_close(done), -EPERM);
    cr_expect_eq(gt_chan_free(done), -EPERM);
    cr_expect_eq(gt_chan_send(done, NULL), -EPERM);
    cr_expect_eq(gt_ctx_done(root).handle, done.handle, "always the same");
}

#define DEEP 100000

Test(context, a_deep_tree_is_done_at_once)
{
    static gt_ctx below[DEEP];
    int done = 0, freed = 0;

    below[0] = gt_ctx_with_timeout(root, DEEP + 1);
    for (int i = 1; i < DEEP; i++)
        below[i] = gt_ctx_with_timeout(below[i - 1], DEEP + 1 - i);
    cr_assert_eq(gt_clock_mock_waiting(), DEEP);
    gt_ctx_cancel(root);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
    for (int i = 0; i < DEEP; i++)
        done += is_closed(below[i]);
    for (int i = 0; i < DEEP; i++)
        freed += gt_ctx_free(below[i]) == 0;
    cr_expect_eq(done, DEEP);
    cr_expect_eq(freed, DEEP);
}

static void *wait_until_done(void *ctx)
{
    struct gt_case cases[] = {GT_CASE_RECV(gt_ctx_done(*(gt_ctx *)ctx), NULL)};

    return (void *)(intptr_t)(gt_select(cases, 1) == 0 && cases[0].result == -EPIPE);
}

Test(context, those_who_wait_go_on)
{
    pthread_t threads[4];
    gt_ctx child = gt_ctx_with_cancel(root);
    void *closed;

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_until_done, i % 2 ? &root : &child);
    gt_ctx_cancel(root);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &closed);
        cr_expect(closed);
    }
}

#define ROUNDS 3000
#define SHARED 8

static gt_ctx shared[SHARED];

/* Any thread may cancel, free or replace any of the shared ones meanwhile. */
static void *live_and_die(void *seed)
{
    unsigned *state = seed;

    for (int i = 0; i < ROUNDS; i++) {
        gt_ctx *place = &shared[rand_r(state) % SHARED], found, made;

        __atomic_load(place, &found, __ATOMIC_ACQUIRE);
        if (rand_r(state) % 2)
            gt_ctx_cancel(found);
        __atomic_load(&shared[rand_r(state) % SHARED], &found, __ATOMIC_ACQUIRE);
        made = gt_ctx_with_timeout(rand_r(state) % 4 ? found : root, rand_r(state) % 5 * GT_HOUR);
        __atomic_exchange(place, &made, &found, __ATOMIC_ACQ_REL);
        gt_ctx_free(found);
    }
    return NULL;
}

Test(context, many_threads_in_one_tree)
{
    pthread_t threads[4];
    unsigned seeds[4] = {1, 2, 3, 4};

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, live_and_die, &seeds[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SHARED; i++)
        gt_ctx_free(shared[i]);
    expect_not_done(root);
    cr_expect_eq(gt_clock_mock_waiting(), 0);
}

static int child_sees_none(gt_ctx ctx, gt_chan done)
{
    gt_ctx own = gt_ctx_with_timeout(gt_ctx_background(), GT_HOUR);

    if (gt_ctx_err(ctx) != -ESTALE || gt_ctx_cancel(ctx) != -ESTALE)
        return 1;
    if (gt_chan_try_recv(done, NULL) != -ESTALE)
        return 2;
    return gt_ctx_err(own) == 0 && gt_ctx_cancel(own) == 0 && gt_ctx_err(own) == -ECANCELED ? 0 : 3;
}

Test(context, a_forked_child_has_none)
{
    gt_ctx ctx = gt_ctx_with_timeout(root, GT_HOUR);
    gt_chan done = gt_ctx_done(ctx);
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(child_sees_none(ctx, done));
    waitpid(child, &status, 0);
    cr_expect(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
    expect_not_done(ctx);
}

/* ---- without memory ---- */

/* A sanitizer wants more address space than there is then, and ends the process. */
#ifndef SANITIZED

#define CHUNK 16384 /* places of a kind, for which there is memory at a time */

static void take_memory(void)
{
    const struct rlimit none = {0, 0};

    cr_assert_eq(setrlimit(RLIMIT_AS, &none), 0);
}

/* What was made before it failed is given back: there would be no place left at the end. */
static void expect_failures_leave_nothing(int64_t timeout, int error)
{
    for (int i = 0; i < 2 * CHUNK; i++) {
        errno = 0;
        cr_assert_eq(gt_ctx_with_timeout(root, timeout).handle, 0);
        cr_assert_eq(errno, error);
    }
    cr_expect_neq(gt_chan_make(0, 0).handle, 0);
}

Test(context, without_a_thread_for_its_timer_there_is_none)
{
    take_memory();
    expect_failures_leave_nothing(GT_HOUR, EAGAIN);
    cr_expect_neq(gt_ctx_with_cancel(root).handle, 0);
    cr_expect_eq(gt_ctx_free(root), 0);
}

Test(context, without_memory_for_its_timer_there_is_none)
{
    cr_assert_neq(gt_timer_new(GT_HOUR).handle, 0);
    take_memory();
    while (gt_timer_new(GT_HOUR).handle)
        continue;
    expect_failures_leave_nothing(GT_HOUR, ENOMEM);
    cr_expect_neq(gt_ctx_with_cancel(root).handle, 0);
    cr_expect_eq(gt_ctx_free(root), 0);
}

/* There is its channel then, for there were more channels once. */
Test(context, without_a_place_for_it_there_is_none)
{
    static gt_chan chans[CHUNK];

    for (int i = 0; i < CHUNK; i++)
        chans[i] = gt_chan_make(0, 0);
    for (int i = 0; i < CHUNK; i++)
        cr_assert_eq(gt_chan_free(chans[i]), 0);
    take_memory();
    while (gt_ctx_with_cancel(root).handle)
        continue;
    expect_failures_leave_nothing(GT_NEVER, ENOMEM);
}
#endif

/* ---- threads ---- */

#define SIBLINGS 400

static void *free_root(void *unused)
{
    gt_ctx_free(root);
    return unused;
}

/* While a parent's end gives their timers back one by one, children end by themselves. */
Test(context, none_keeps_a_timer_that_ends_beside_its_parent)
{
    gt_ctx siblings[SIBLINGS];
    pthread_t thread;

    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < SIBLINGS; i++)
            siblings[i] = gt_ctx_with_timeout(root, GT_HOUR);
        pthread_create(&thread, NULL, free_root, NULL);
        for (int i = 0; i < SIBLINGS; i += 2)
            gt_ctx_cancel(siblings[i]);
        pthread_join(thread, NULL);
        cr_assert_eq(gt_clock_mock_waiting(), 0, "round %d", round);
        for (int i = 0; i < SIBLINGS; i++)
            cr_assert_eq(gt_ctx_free(siblings[i]), 0);
        root = gt_ctx_with_cancel(gt_ctx_background());
    }
}

static gt_ctx born[SIBLINGS];

static void *bear(void *count)
{
    for (int i = 0; i < SIBLINGS; i++) {
        born[i] = gt_ctx_with_timeout(root, GT_HOUR);
        __atomic_store_n((int *)count, i + 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* The parent may end after the child has joined it, and before the child's timer is known. */
Test(context, none_keeps_a_timer_that_is_made_while_its_parent_ends)
{
    for (int round = 0; round < 300; round++) {
        pthread_t thread;
        int count = 0;

        pthread_create(&thread, NULL, bear, &count);
        while (__atomic_load_n(&count, __ATOMIC_ACQUIRE) < round % SIBLINGS)
            continue;
        gt_ctx_cancel(root);
        pthread_join(thread, NULL);
        cr_assert_eq(gt_clock_mock_waiting(), 0, "round %d", round);
        for (int i = 0; i < SIBLINGS; i++)
            cr_assert_eq(gt_ctx_free(born[i]), 0);
        gt_ctx_free(root);
        root = gt_ctx_with_cancel(gt_ctx_background());
    }
}
