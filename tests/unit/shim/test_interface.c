/* Marks that a program leaves: blocks to be ignored, owners of timers. */
#include "core/gate.h"
#include "core/thread.h"
#include "fixture.h"
#include "tables/regions.h"
#include "verify/timerleak_verify.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

extern const struct timerleak_interface timerleak_interface;

TestSuite(interface, .init = begin, .fini = end);

/* ---- ignored blocks ---- */

static uint32_t live(void)
{
    uint32_t count = 0;

    for (uint32_t slot = 1; slot < recording->regions[TLK_TIMERS].used; slot++)
        count += timer_at(slot)->state == TLK_LIVE;
    return count;
}

Test(interface, timers_of_an_ignored_block_are_counted_only)
{
    timerleak_interface.ignore_begin();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    timerleak_interface.ignore_begin();
    timerleak_interface.ignore_end();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    timerleak_interface.ignore_end();
    cr_expect_eq(live(), 0);
    cr_expect_eq(recording->omitted[TLK_OMIT_IGNORED], 2);
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
}

Test(interface, an_end_without_a_beginning_does_nothing)
{
    timerleak_interface.ignore_end();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
    timerleak_interface.ignore_begin();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
}

static void *make_one(void *unused)
{
    (void)unused;
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    return NULL;
}

Test(interface, a_block_is_its_thread_s)
{
    pthread_t other;

    timerleak_interface.ignore_begin();
    cr_assert_eq(pthread_create(&other, NULL, make_one, NULL), 0);
    pthread_join(other, NULL);
    cr_expect_eq(live(), 1);
}

Test(interface, the_child_of_vfork_changes_nothing)
{
    thread.vforked = 1;
    timerleak_interface.ignore_begin();
    cr_expect_eq(thread.ignoring, 0);
    thread.vforked = 0;
}

/* ---- owners ---- */

Test(interface, an_owner_is_a_timer_s_name)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    char owner[] = "upstream";

    make_timer(TLK_POSIX, 7);
    cr_expect(timerleak_interface.tag_timerfd(fd, owner));
    cr_expect(timerleak_interface.tag_timer((void *)7, "retry"));
    owner[0] = 'X';
    cr_expect_str_eq(string_of(timer_told(timer_live(timer_find(TLK_TIMERFD, (uint64_t)fd))).name),
                     "upstream");
    cr_expect_str_eq(string_of(timer_told(timer_live(timer_find(TLK_POSIX, 7))).name), "retry");
}

Test(interface, what_is_no_live_timer_has_no_owner)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);

    cr_expect_not(timerleak_interface.tag_timerfd(fd, NULL));
    close(fd);
    cr_expect_not(timerleak_interface.tag_timerfd(fd, "nobody"));
    cr_expect_not(timerleak_interface.tag_timerfd(-1, "nobody"));
    cr_expect_not(timerleak_interface.tag_timer((void *)8, "nobody"));
    gate->state = GATE_SHUT;
    cr_expect_not(timerleak_interface.tag_timer((void *)8, "nobody"));
}
