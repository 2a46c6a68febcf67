/* Creations that failed for want of something. */
#include "core/thread.h"
#include "fixture.h"
#include "ledger/ledger.h"
#include "tables/regions.h"
#include "tables/sites.h"

#include <criterion/criterion.h>
#include <errno.h>

TestSuite(failures, .init = begin, .fini = end);

static PROGRAM void fail_with(int error)
{
    struct call call = {.function = "timerfd_create",
                        .family = TLK_TIMERFD,
                        .frame = __builtin_dwarf_cfa(),
                        .caller = __builtin_return_address(0),
                        .rbp = *(void **)__builtin_frame_address(0)};

    errno = error;
    timer_failed(&call, error);
    cr_expect_eq(errno, error);
    NO_TAIL_CALL;
}

Test(failures, a_creation_that_failed_is_counted_by_its_errno)
{
    static const int errors[] = {EMFILE, EINVAL, ENFILE, EMFILE, ENOMEM, EAGAIN, EPERM};
    const struct tlk_site *site;
    struct site_record told;

    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
        fail_with(errors[i]);
    cr_assert_eq(recording->regions[TLK_SITES].used, 2);
    site = site_at(1);
    told = site_told(1);
    cr_expect_eq(told.failed[TLK_FAILED_EMFILE], 2);
    cr_expect_eq(told.failed[TLK_FAILED_ENFILE], 1);
    cr_expect_eq(told.failed[TLK_FAILED_ENOMEM], 1);
    cr_expect_eq(told.failed[TLK_FAILED_EAGAIN], 1);
    cr_expect_eq(site->created + site->live, 0);
    cr_expect(told.first_failed > 0 && told.first_failed <= told.last_failed);
}

Test(failures, asleep_or_ignored_a_failure_is_not_counted)
{
    recording->asleep = 1;
    fail_with(EMFILE);
    recording->asleep = 0;
    thread.ignoring++;
    fail_with(EMFILE);
    thread.ignoring--;
    cr_expect_eq(recording->regions[TLK_SITES].used, 1);
}
