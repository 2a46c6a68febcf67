/* Timers with descriptors: what fork and exec pass on, and what the kernel knows at the end. */
#include "core/gate.h"
#include "fixture.h"
#include "ledger/fdinfo.h"
#include "ledger/inherit.h"
#include "ledger/reconcile.h"
#include "tables/descriptors.h"
#include "tables/counts.h"
#include "tables/regions.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(descriptors, .init = begin, .fini = end);

static PROGRAM int a_timerfd(uint64_t ns)
{
    struct itimerspec value = {.it_value = {(time_t)(ns / SECOND), (long)(ns % SECOND)}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    cr_assert_geq(fd, 0);
    if (ns)
        cr_assert_eq(timerfd_settime(fd, 0, &value, NULL), 0);
    return fd;
}

static struct tlk_timer *timer_of(int fd)
{
    struct tlk_timer *timer = timer_live(timer_find(TLK_TIMERFD, (uint64_t)fd));

    cr_assert_not_null(timer);
    return timer;
}

static const struct tlk_site *site_of(int fd)
{
    return site_at(timer_of(fd)->site);
}

/* ---- duplicates ---- */

extern const char __start_program[], __stop_program[];

static PROGRAM int duplicate(int fd)
{
    int copy = dup(fd);

    NO_TAIL_CALL;
    return copy;
}

static void expect_descriptors(const struct tlk_timer *timer, int id, int first, int second)
{
    cr_expect_eq(timer->id, (uint64_t)id);
    cr_expect_eq(timer_told(timer).duplicates[0], first + 1);
    cr_expect_eq(timer_told(timer).duplicates[1], second + 1);
}

Test(descriptors, as_many_numbers_as_there_is_room_for_are_known)
{
    int fd = a_timerfd(0), first = dup(fd), second = dup(fd), third = dup(fd);
    const struct tlk_timer *timer = timer_of(fd);

    expect_descriptors(timer, fd, first, second);
    cr_expect_eq(timer->references, 4);
    close(third);
    close(first);
    expect_descriptors(timer, fd, -1, second);
    cr_expect_eq(timer->references, 2);
    cr_expect_not(timer->flags & TLK_ORIGINAL_CLOSED);
}

Test(descriptors, one_that_lives_on_by_a_duplicate_goes_by_its_number)
{
    int fd = a_timerfd(0), copy = dup(fd), other = duplicate(fd);
    const struct tlk_timer *timer = timer_of(fd);
    uintptr_t here = (uintptr_t)timer_told(timer).duplicator;

    cr_expect(here > (uintptr_t)__start_program && here < (uintptr_t)__stop_program);
    close(fd);
    expect_descriptors(timer, copy, -1, other);
    cr_expect(timer->flags & TLK_ORIGINAL_CLOSED);
    cr_expect_eq(timer_told(timer).duplicator, here);
}

/* ---- at a clean exit ---- */

Test(descriptors, one_that_was_closed_unseen_is_released)
{
    int fd = a_timerfd(0), kept = a_timerfd(0);
    const struct tlk_site *site = site_of(fd);

    syscall(SYS_close, fd);
    reconcile_descriptors();
    cr_expect_null(timer_live(timer_find(TLK_TIMERFD, (uint64_t)fd)));
    cr_expect_eq(site->released, 1);
    cr_expect_not_null(timer_live(timer_find(TLK_TIMERFD, (uint64_t)kept)));
}

Test(descriptors, a_number_that_stands_for_something_else_is_no_timer)
{
    int fd = a_timerfd(0);
    const struct tlk_site *site = site_of(fd);

    syscall(SYS_dup3, 0, fd, 0);
    reconcile_descriptors();
    cr_expect_eq(site->released, 1);
}

Test(descriptors, an_expiration_that_nobody_read_has_fired)
{
    int fd = a_timerfd(1);
    struct pollfd expired = {.fd = fd, .events = POLLIN};

    cr_assert_eq(poll(&expired, 1, -1), 1);
    reconcile_descriptors();
    cr_expect_eq(timer_of(fd)->fired, 1);
    cr_expect(timer_of(fd)->flags & TLK_UNREAD);
}

Test(descriptors, those_open_at_the_end_are_counted)
{
    unsigned before = fdinfo_each(NULL);

    a_timerfd(0);
    reconcile_descriptors();
    cr_expect_eq(recording->end_descriptors, before + 1);
}

/* ---- when all places are taken ---- */

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};

static uint64_t fill(void)
{
    uint64_t made = 0;

    while (make_timer(TLK_POSIX, made + 1).slot)
        made++;
    cr_assert_eq(recording->dropped[TLK_DROP_FULL], 1);
    return made;
}

Test(descriptors, without_a_place_a_number_used_again_is_not_the_timer_that_had_it)
{
    int fd = a_timerfd(100 * SECOND);
    const struct tlk_site *site = site_of(fd);

    fill();
    syscall(SYS_close, fd);
    cr_assert_eq(a_timerfd(0), fd);
    cr_expect_eq(recording->dropped[TLK_DROP_FULL], 2);
    cr_expect_eq(timer_find(TLK_TIMERFD, (uint64_t)fd).slot, 0);
    cr_expect_eq(site->released, 1);
}

/* What was lost counts once, and did not come from elsewhere. */
Test(descriptors, without_a_place_a_timer_can_be_used_as_ever)
{
    uint64_t made = fill(), ticks;
    int fd = a_timerfd(1), copy = dup(fd);
    struct itimerspec left;

    cr_expect_eq(read(copy, &ticks, sizeof(ticks)), sizeof(ticks));
    timer_released(timer_take(TLK_POSIX, made));
    cr_expect_eq(timerfd_settime(fd, 0, &in_an_hour, NULL), 0);
    cr_expect_eq(timerfd_gettime(copy, &left), 0);
    cr_expect_gt(left.it_value.tv_sec, 3500);
    cr_expect_eq(timer_find(TLK_TIMERFD, (uint64_t)fd).slot, 0);
    cr_expect_eq(close(fd), 0);
    cr_expect_eq(close(copy), 0);
    cr_expect_eq(recording->dropped[TLK_DROP_FULL], 2);
    cr_expect_lt(fcntl(fd, F_GETFD), 0);
    fd = a_timerfd(0);
    cr_expect_not_null(timer_of(fd), "there is a place again");
}

/* ---- fork and exec ---- */

Test(descriptors, over_fork_each_timer_is_passed_on_once)
{
    int first = a_timerfd(100 * SECOND), second = a_timerfd(0), copy = dup(first);

    close(second);
    make_timer(TLK_POSIX, 5);
    inherit_remember();
    cr_expect_eq(inherit_count(), 1);
    cr_expect_geq(copy, 0);
}

Test(descriptors, in_the_child_it_begins_with_no_counts)
{
    int fd = a_timerfd(100 * SECOND);
    const struct tlk_timer *timer = timer_of(fd);
    int64_t deadline = timer->deadline;

    inherit_remember();
    timer_at(timer_find(TLK_TIMERFD, (uint64_t)fd).slot)->deadline = 0;
    inherit_restore();
    cr_expect_eq(timer->deadline, deadline, "as it was before fork");
    cr_expect(timer->flags & TLK_INHERITED);
    cr_expect(timer->flags & TLK_ARMED);
    cr_expect_eq(timer->armed, 0);
    cr_expect_eq(site_of(fd)->inherited, 1);
    cr_expect_eq(inherit_count(), 0);
}

Test(descriptors, in_the_child_it_has_the_numbers_that_are_open_there)
{
    int fd = a_timerfd(0), first = dup(fd), second = dup(fd);
    const struct tlk_timer *timer = timer_of(fd);

    inherit_remember();
    descriptor_forget(first);
    inherit_restore();
    expect_descriptors(timer, fd, second, -1);
    cr_expect_eq(timer->references, 2);
    cr_expect_not(timer->flags & TLK_ORIGINAL_CLOSED);
    inherit_remember();
    descriptor_forget(fd);
    inherit_restore();
    expect_descriptors(timer, second, -1, -1);
    cr_expect_eq(timer->references, 1);
    cr_expect(timer->flags & TLK_ORIGINAL_CLOSED);
}

/* Each child would count it: what is shared expires once. */
Test(descriptors, what_a_child_never_set_or_read_did_not_fire_there)
{
    int fd = a_timerfd(1), ticker = a_timerfd(0);
    const struct itimerspec often = {{0, 1000}, {0, 1000}};
    const struct tlk_site *site = site_of(fd);
    struct pollfd expired[] = {{.fd = fd, .events = POLLIN}, {.fd = ticker, .events = POLLIN}};

    cr_assert_eq(timerfd_settime(ticker, 0, &often, NULL), 0);
    cr_assert_eq(poll(&expired[0], 1, -1), 1);
    cr_assert_eq(poll(&expired[1], 1, -1), 1);
    inherit_remember();
    sites_reset();
    inherit_restore();
    close(fd);
    close(ticker);
    cr_expect_eq(site->released, 2);
    cr_expect_eq(site->fired + site->fired_unknown, 0);
}

Test(descriptors, over_exec_those_that_are_there_are_entered)
{
    int fd = (int)syscall(SYS_timerfd_create, CLOCK_BOOTTIME, 0);
    struct itimerspec value = {.it_value = {.tv_sec = 100}, .it_interval = {.tv_sec = 7}};
    const struct tlk_timer *timer;

    cr_assert_eq(syscall(SYS_timerfd_settime, fd, 0, &value, NULL), 0);
    inherit_over_exec();
    timer = timer_of(fd);
    cr_expect_eq(timer->clock, CLOCK_BOOTTIME);
    cr_expect_eq(timer->interval, 7 * SECOND);
    cr_expect_eq(timer->flags & (TLK_INHERITED | TLK_ARMED), TLK_INHERITED | TLK_ARMED);
    cr_expect_eq(site_of(fd)->inherited, 1);
    cr_expect_eq(site_of(fd)->created, 0);
    cr_expect_eq(site_of(fd)->depth, 0);
    cr_expect_str_eq(string_of(site_of(fd)->function), "execve");
    cr_expect_eq(timer->armed, 0, "not by this program");
    cr_expect_eq(timer->touched, 0);
}

/* Whoever forks, and however: no handler of ours runs here. */
Test(descriptors, a_child_finds_the_gate_shut)
{
    int status;
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (child == 0)
        syscall(SYS_exit_group, gate->state == GATE_SHUT && !gate_open() ? 0 : 1);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    cr_expect(gate_open(), "and its parent goes on");
}
