/* What the kernel says of a descriptor. */
#include "ledger/fdinfo.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int a_timerfd(clockid_t clock, time_t seconds, long ns, time_t period)
{
    struct itimerspec value = {.it_value = {seconds, ns}, .it_interval = {period, 0}};
    int fd = timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK);

    cr_assert_geq(fd, 0);
    cr_assert_eq(timerfd_settime(fd, 0, &value, NULL), 0);
    return fd;
}

Test(fdinfo, kinds_of_descriptors)
{
    int fd = a_timerfd(CLOCK_MONOTONIC, 0, 0, 0), pipes[2];

    cr_assert_eq(pipe(pipes), 0);
    cr_expect_eq(fdinfo_kind(fd), FDINFO_TIMERFD);
    cr_expect_eq(fdinfo_kind(pipes[0]), FDINFO_OTHER);
    close(fd);
    cr_expect_eq(fdinfo_kind(fd), FDINFO_CLOSED);
    cr_expect_eq(fdinfo_kind(-1), FDINFO_CLOSED);
}

Test(fdinfo, a_running_timer)
{
    int fd = a_timerfd(CLOCK_BOOTTIME, 1000, 0, 7);
    struct fdinfo info;

    cr_assert(fdinfo_read(fd, &info));
    cr_expect_eq(info.clock, CLOCK_BOOTTIME);
    cr_expect_eq(info.ticks, 0);
    cr_expect_eq(info.interval, 7000000000u);
    cr_expect(info.value > 900000000000u && info.value <= 1000000000000u);
}

Test(fdinfo, a_timer_at_rest)
{
    struct fdinfo info;

    cr_assert(fdinfo_read(a_timerfd(CLOCK_MONOTONIC, 0, 0, 0), &info));
    cr_expect_eq(info.clock, CLOCK_MONOTONIC);
    cr_expect_eq(info.value + info.interval + info.ticks, 0);
}

Test(fdinfo, asking_does_not_disturb_an_unread_timer)
{
    int fd = a_timerfd(CLOCK_MONOTONIC, 0, 1, 0);
    struct pollfd expired = {.fd = fd, .events = POLLIN};
    struct fdinfo info;
    uint64_t ticks;

    cr_assert_eq(poll(&expired, 1, -1), 1);
    for (int i = 0; i < 3; i++) {
        cr_assert(fdinfo_read(fd, &info));
        cr_expect_eq(info.ticks, 1);
        cr_expect_eq(info.value, 0);
    }
    cr_expect_eq(read(fd, &ticks, sizeof(ticks)), sizeof(ticks));
    cr_expect_eq(ticks, 1);
}

Test(fdinfo, of_a_closed_descriptor_nothing_is_said)
{
    struct fdinfo info = {.ticks = 5};

    cr_expect_not(fdinfo_read(-1, &info));
    cr_expect_eq(info.ticks, 0);
}

static int wanted;
static unsigned met;

static void meet(int fd)
{
    met += fd == wanted;
}

Test(fdinfo, each_open_descriptor_is_met_once)
{
    unsigned before = fdinfo_each(NULL);

    cr_assert_gt(before, 2);
    wanted = dup(0);
    cr_expect_eq(fdinfo_each(meet), before + 1);
    cr_expect_eq(met, 1);
    close(wanted);
    cr_expect_eq(fdinfo_each(meet), before, "what it needed itself is closed and not counted");
    cr_expect_eq(met, 1);
}
