/*
 * timerleak_verify.h with Criterion: tests that may leave no timer that they made.
 *
 *     cc -g -o criterion criterion.c $(pkg-config --cflags --libs criterion timerleak)
 *     timerleak record ./criterion
 */
#include <criterion/criterion.h>
#include <timerleak_verify.h>

#include "upload.h"

static struct timerleak_mark mark;

static void keep_moment(void)
{
    mark = timerleak_mark_now();
}

TestSuite(upload, .init = keep_moment);

/* At a test's end, not in .fini: what fails there is printed, and the test passes all the same. */
#define assert_none_left() cr_assert(timerleak_none_left(&mark, NULL), "%s", mark.text)

Test(upload, accepted)
{
    cr_assert(upload(false));
    assert_none_left();
}

/* Red under timerleak. */
Test(upload, refused)
{
    cr_assert_not(upload(true));
    assert_none_left();
}
