/* What /proc tells of processes that hold timers: they are children of the test, which wait. */
#include "outside/held.h"
#include "outside/host_rows.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- children ---- */

#define CHILDREN 4

static pid_t children[CHILDREN];
static size_t child_count;

/* Returns when it holds what it shall hold; teardown() ends it. */
static pid_t child_holding(void (*hold)(void))
{
    int ready[2];
    char byte;
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold();
        if (write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1, "the child died");
    close(ready[0]);
    return children[child_count++] = child;
}

static struct host host;
static struct host_rows rows;

static void teardown(void)
{
    host_rows_free(&rows);
    host_free(&host);
    for (size_t i = 0; i < child_count; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
}

/* Looks at children alone. */
static void look_at_children(void)
{
    for (size_t i = 0; i < child_count; i++)
        cr_assert(host_add(&host, children[i]), "%s", strerror(errno));
    host_tell_apart(&host);
    host_rows_make(&rows, &host, false, NULL);
}

static const struct host_row *row_of(pid_t pid)
{
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.list[i].processes[0]->pid == pid)
            return &rows.list[i];
    }
    return NULL;
}

static const struct host_row *look_at(void (*hold)(void))
{
    pid_t child = child_holding(hold);
    look_at_children();
    return row_of(child);
}

/* ---- timers ---- */

static void armed(int timer, time_t seconds, long interval)
{
    const struct itimerspec when = {.it_value = {seconds, 1}, .it_interval = {0, interval}};
    timerfd_settime(timer, 0, &when, NULL);
}

static void await(int timer)
{
    struct pollfd ready = {timer, POLLIN, 0};
    poll(&ready, 1, -1);
}

static int new_timer(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

/* Moves a descriptor. */
static int numbered(int descriptor, int number)
{
    dup2(descriptor, number);
    close(descriptor);
    return number;
}

static void hold_states(void)
{
    uint64_t ticks;
    int far = new_timer(), expired = new_timer(), ticker = new_timer(), read_out = new_timer();
    new_timer();
    armed(far, 3600, 0);
    armed(expired, 0, 0);
    armed(ticker, 0, 1000);
    armed(read_out, 0, 0);
    await(expired);
    await(ticker);
    if (read(read_out, &ticks, sizeof(ticks)) != sizeof(ticks))
        _exit(1);
}

Test(host, a_timerfd_is_armed_unread_or_idle, .fini = teardown)
{
    const struct host_counts *counts = &look_at(hold_states)->counts;
    cr_expect_eq(counts->timerfds, 5);
    cr_expect_eq(counts->states[KERNEL_ARMED], 1);
    cr_expect_eq(counts->states[KERNEL_UNREAD], 2);
    cr_expect_eq(counts->states[KERNEL_IDLE], 2);
    cr_expect_eq(counts->copies + counts->shared + counts->posix, 0);
}

static void hold_duplicates(void)
{
    int timer = numbered(new_timer(), 40);
    dup2(timer, 43);
    numbered(new_timer(), 42);
    dup2(timer, 41);
}

Test(host, duplicates_are_one_timer, .fini = teardown)
{
    const struct host_row *row = look_at(hold_duplicates);
    struct held held;
    cr_expect_eq(row->counts.timerfds, 2);
    cr_expect_eq(row->counts.copies, 2);
    cr_expect_eq(row->counts.shared, 0);
    held_make(&held, row->processes[0]);
    cr_assert_eq(held.count, 2);
    const struct held_numbers *descriptors = &held.list[0].descriptors;
    cr_assert_eq(descriptors->count, 3);
    cr_expect_eq(descriptors->list[0], 40);
    cr_expect_eq(descriptors->list[1], 41);
    cr_expect_eq(descriptors->list[2], 43);
    held_free(&held);
}

static void hold_what_is_inherited(void)
{
}

Test(host, what_processes_share_is_one_timer, .fini = teardown)
{
    int timer = new_timer();
    const struct host_counts *first, *second;
    pid_t child = child_holding(hold_what_is_inherited);
    first = &look_at(hold_what_is_inherited)->counts;
    second = &row_of(child)->counts;
    cr_expect_eq(first->timerfds, 1);
    cr_expect_eq(second->timerfds, 1);
    cr_expect_eq(first->shared, 1);
    cr_expect_eq(rows.total.timerfds, 1);
    cr_expect_eq(rows.total.copies, 1);
    close(timer);
}

static void hold_posix(void)
{
    static const int kinds[] = {SIGEV_NONE, SIGEV_SIGNAL, SIGEV_SIGNAL};
    const struct itimerspec when = {.it_value = {3600, 0}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        timer_t timer;
        struct sigevent event = {.sigev_notify = kinds[i], .sigev_signo = SIGUSR1};
        timer_create(CLOCK_MONOTONIC, &event, &timer);
        timer_settime(timer, 0, &when, NULL);
    }
}

Test(host, posix_timers_are_counted, .fini = teardown)
{
    const struct host_row *row = look_at(hold_posix);
    struct held held;
    cr_expect_eq(row->counts.posix, 3);
    cr_expect_eq(row->counts.timerfds, 0);
    cr_expect_geq(row->signals.used, 3);
    held_make(&held, row->processes[0]);
    cr_assert_eq(held.count, 3);
    cr_expect_eq(held.list[0].timer->signal, 0);
    cr_expect_eq(held.list[1].timer->signal, SIGUSR1);
    cr_expect_eq(held.list[2].timer->clock, CLOCK_MONOTONIC);
    cr_expect_eq(held.list[0].descriptors.count, 0);
    held_free(&held);
}

static void hold_interval_timer(void)
{
    const struct itimerval when = {.it_value = {3600, 0}};
    setitimer(ITIMER_REAL, &when, NULL);
}

Test(host, interval_timers_are_not_made_up, .fini = teardown)
{
    cr_expect_eq(host_row_timers(&look_at(hold_interval_timer)->counts), 0);
}

static void hold_under_a_limit(void)
{
    const struct rlimit limit = {50, 60};
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < 20; i++)
        new_timer();
}

Test(host, tells_how_much_of_a_limit_is_taken, .fini = teardown)
{
    const struct host_row *row = look_at(hold_under_a_limit);
    cr_expect_eq(row->descriptors.limit, 50);
    cr_expect_geq(row->descriptors.used, 20);
    cr_expect_leq(row->descriptors.used, 50);
}

/* ---- epoll ---- */

static void watch_by(int set, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

static void hold_watched(void)
{
    int timer = numbered(new_timer(), 40), first = numbered(epoll_create1(0), 42),
        second = numbered(epoll_create1(0), 41);
    numbered(new_timer(), 43);
    armed(timer, 3600, 5000);
    watch_by(first, timer);
    watch_by(second, timer);
}

Test(host, names_the_epoll_sets_that_watch_a_timer, .fini = teardown)
{
    struct held held;
    held_make(&held, look_at(hold_watched)->processes[0]);
    cr_assert_eq(held.count, 2);
    const struct held_timer *timer = &held.list[0];
    cr_assert_eq(timer->epolls.count, 2);
    cr_expect_eq(timer->epolls.list[0], 41);
    cr_expect_eq(timer->epolls.list[1], 42);
    cr_expect_eq(held.list[1].epolls.count, 0);
    cr_expect_eq(timer->timer->interval, 5000);
    cr_expect(timer->timer->left > 0 && timer->timer->left <= UINT64_C(3601000000000));
    held_free(&held);
}

/* The set keeps the number under which it got the timer. */
static void hold_number_taken_anew(void)
{
    int set = epoll_create1(0), timer = numbered(new_timer(), 40);
    watch_by(set, timer);
    dup2(timer, 41);
    close(timer);
    numbered(new_timer(), 40);
}

Test(host, a_number_taken_anew_is_not_watched, .fini = teardown)
{
    struct held held;
    held_make(&held, look_at(hold_number_taken_anew)->processes[0]);
    cr_assert_eq(held.count, 2);
    cr_expect_eq(held.list[0].epolls.count, 0);
    held_free(&held);
}

/* ---- the whole host ---- */

Test(host, one_look_finds_those_that_hold_any, .fini = teardown)
{
    pid_t holder = child_holding(hold_posix), other = child_holding(hold_interval_timer);
    host_read(&host);
    host_rows_make(&rows, &host, false, NULL);
    cr_assert_not_null(row_of(holder));
    cr_expect_eq(row_of(holder)->counts.posix, 3);
    cr_expect_null(row_of(other), "it holds none");
    cr_expect_geq(host.processes, 3);
}

Test(host, what_may_not_be_read_is_counted, .fini = teardown)
{
    pid_t holder = child_holding(hold_posix);
    if (geteuid() != 0 || seteuid(4242) != 0)
        cr_skip_test("only root can be other users");
    host_read(&host);
    host_rows_make(&rows, &host, false, NULL);
    cr_expect_geq(host.denied, 1);
    cr_expect_null(row_of(holder));
    cr_expect_not(host_add(&host, holder));
    cr_expect_eq(errno, EACCES);
    cr_assert_eq(seteuid(0), 0);
}

Test(host, a_process_that_has_ended_is_none, .fini = teardown)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    cr_expect_not(host_add(&host, child));
    cr_expect_eq(errno, ENOENT);
}

/* It is there until its parent has asked how it ended, and holds nothing. */
Test(host, nor_is_one_that_is_not_yet_buried, .fini = teardown)
{
    siginfo_t how;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitid(P_PID, (id_t)child, &how, WEXITED | WNOWAIT);
    cr_expect_not(host_add(&host, child));
    waitpid(child, NULL, 0);
}

Test(host, one_that_is_named_twice_is_looked_at_once, .fini = teardown)
{
    pid_t child = child_holding(hold_posix);
    cr_assert(host_add(&host, child));
    look_at_children();
    cr_expect_eq(rows.count, 1);
    cr_expect_eq(rows.list[0].counts.posix, 3);
}
