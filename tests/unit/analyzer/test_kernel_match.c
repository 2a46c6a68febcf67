/* A recording beside the kernel's own list: this process makes timers, the recording is built. */
#include "loaded.h"
#include "outside/kernel_match.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct builder *builder;
static struct site_record *sites[TLK_FAMILIES];
static struct kernel_timers kernel;
static struct kernel_match comparison;
static struct profile *profile;

static void begin(void)
{
    builder = builder_new(HOUR);
    for (unsigned family = TLK_POSIX; family <= TLK_ITIMER; family++)
        sites[family] = builder_plain_site(builder, (uint32_t)family, 0x1000);
}

static struct timer_record *record(uint32_t family, uint64_t id)
{
    struct timer_record *timer = builder_create(builder, sites[family], SECOND);
    timer->id = id;
    return timer;
}

static void compare(size_t matched, size_t unseen, size_t unrecorded)
{
    profile = loaded(builder);
    cr_assert(kernel_timers_read(&kernel, getpid()));
    kernel_match_make(&comparison, profile, &kernel, getpid());
    cr_expect_eq(comparison.matched, matched, "%zu matched", comparison.matched);
    cr_expect_eq(comparison.unseen_count, unseen, "%zu unseen", comparison.unseen_count);
    cr_expect_eq(comparison.unrecorded_count, unrecorded, "%zu unrecorded",
                 comparison.unrecorded_count);
}

static void end(void)
{
    kernel_match_free(&comparison);
    free(kernel.timers);
    profile_free(profile);
}

static timer_t make_posix(int notify)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = notify};
    cr_assert_eq(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    return timer;
}

Test(comparison, all_match, .init = begin, .fini = end)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    record(TLK_TIMERFD, (uint64_t)fd);
    record(TLK_POSIX, (uint64_t)(uintptr_t)make_posix(SIGEV_NONE));
    record(TLK_POSIX, (uint64_t)(uintptr_t)make_posix(SIGEV_THREAD));
    record(TLK_ITIMER, 0);
    compare(3, 0, 0);
    cr_expect_eq(comparison.itimers, 1);
    close(fd);
}

Test(comparison, what_the_shim_missed, .init = begin, .fini = end)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    make_posix(SIGEV_NONE);
    make_posix(SIGEV_THREAD);
    compare(0, 0, 3);
    close(fd);
}

Test(comparison, what_the_kernel_does_not_have, .init = begin, .fini = end)
{
    record(TLK_TIMERFD, 999);
    record(TLK_POSIX, 999);
    record(TLK_POSIX, UINT64_C(1) << 63 | 0x1234);
    compare(0, 3, 0);
}

Test(comparison, duplicates_share_one_timer, .init = begin, .fini = end)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0), copy = dup(fd);
    int other = timerfd_create(CLOCK_MONOTONIC, 0);
    record(TLK_TIMERFD, (uint64_t)fd)->references = 2;
    compare(1, 0, 1);
    cr_expect_eq(comparison.copies, 1);
    cr_expect_eq(comparison.unrecorded[0]->id, (uint64_t)other);
    close(fd);
    close(copy);
    close(other);
}

Test(comparison, ids_of_the_oldest_interface, .init = begin, .fini = end)
{
    make_posix(SIGEV_NONE);
    record(TLK_POSIX, UINT64_C(1) << 62 | 17);
    compare(1, 0, 0);
}
