/*
 * Tests of the sample, as a repository has them: with Criterion, and timerleak_verify.h.
 * tests/e2e/verify_header.c builds and runs them, one at a time.
 */
#include "net.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <timerleak_verify.h>

Test(net, reconnect_releases)
{
    struct timerleak_mark mark = timerleak_mark_now();
    net_reconnect(false);
    cr_assert(timerleak_none_left(&mark, NULL), "%s", mark.text);
    printf("%s\n", mark.text);
}

Test(net, upload_forgets)
{
    struct timerleak_rules hasty = {.patience_ms = -1};
    struct timerleak_mark mark = timerleak_mark_now();
    net_reconnect(false);
    net_upload(true);
    cr_assert(timerleak_none_left(&mark, &hasty), "%s", mark.text);
}

Test(net, upload_forgets_as_everybody_knows)
{
    struct timerleak_rules known = {.ignore = "^net_upload$", .patience_ms = -1};
    struct timerleak_mark mark = timerleak_mark_now();
    net_upload(true);
    cr_assert(timerleak_none_left(&mark, &known), "%s", mark.text);
    net_reconnect(true);
    cr_assert(!timerleak_none_left(&mark, &known), "the rule is not for this one");
    printf("%s\n", mark.text);
}

Test(net, upload_is_ignored)
{
    struct timerleak_mark mark = timerleak_mark_now();
    timerleak_ignore_begin();
    net_upload(true);
    timerleak_ignore_end();
    cr_assert(timerleak_none_left(&mark, NULL), "%s", mark.text);
}

/* Whoever wants no green test that has not looked. */
Test(net, reconnect_releases_for_sure)
{
    struct timerleak_mark mark = timerleak_mark_now();
    net_reconnect(false);
    timerleak_none_left(&mark, NULL);
    cr_assert_eq(mark.answer, TIMERLEAK_NONE_LEFT, "%s", mark.text);
}
