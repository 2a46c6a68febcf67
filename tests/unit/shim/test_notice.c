/* What is called in the place of a program's notification function. */
#include "families/notice.h"

#include "fixture.h"
#include "tables/regions.h"

#include <criterion/criterion.h>

TestSuite(notice, .init = begin, .fini = end);

static int last;

static void notify(union sigval value)
{
    last = value.sival_int;
}

static void notify_otherwise(union sigval value)
{
    last = -value.sival_int;
}

static struct notice *take(void (*function)(union sigval), int value)
{
    struct notice *notice = notice_take(function, (union sigval){.sival_int = value});

    cr_assert_not_null(notice);
    return notice;
}

static void deliver(struct notice *notice)
{
    notice_deliver((union sigval){.sival_ptr = notice});
}

Test(notice, the_program_s_function_is_called_and_the_fire_counted)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 5);
    struct notice *notice = take(notify, 42);

    notice_belongs_to(notice, ref);
    deliver(notice);
    cr_expect_eq(last, 42);
    cr_expect_eq(timer_at(ref.slot)->fired, 1);
}

/* A thread that was started for the last expiration may come late. */
Test(notice, given_back_it_still_calls_the_function)
{
    struct timer_ref ref = make_timer(TLK_POSIX, 5);
    struct notice *notice = take(notify, 42);

    notice_belongs_to(notice, ref);
    timer_released(timer_take(TLK_POSIX, 5));
    notice_give(notice);
    make_timer(TLK_POSIX, 6);
    deliver(notice);
    cr_expect_eq(last, 42);
    cr_expect_eq(timer_at(ref.slot)->fired, 0, "not to the next timer in the slot");
}

Test(notice, one_given_back_serves_the_same_function_and_value_only)
{
    struct notice *notice = take(notify, 42);

    notice_give(notice);
    for (int value = 43; value < 5000; value++)
        cr_assert_neq(take(notify, value), notice);
    cr_expect_neq(take(notify_otherwise, 42), notice);
    cr_expect_eq(take(notify, 42), notice);
    cr_expect_neq(take(notify, 42), notice, "it is in use");
}

Test(notice, without_room_there_is_none)
{
    unsigned taken = 0;

    while (notice_take(notify, (union sigval){.sival_int = (int)taken}))
        taken++;
    cr_expect_eq(taken, 65536);
}
