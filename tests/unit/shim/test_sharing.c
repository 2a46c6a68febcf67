/* A timer for which several descriptors stand. */
#include "ledger/sharing.h"

#include "fixture.h"
#include "tables/regions.h"
#include "tables/sites.h"

#include <criterion/criterion.h>

TestSuite(sharing, .init = begin, .fini = end);

Test(sharing, a_shared_one_lives_until_the_last_descriptor)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 5);

    timer_shared(ref, 6, NULL);
    timer_shared(ref, 7, NULL);
    timer_unshared(ref, 5);
    timer_unshared(ref, 5);
    cr_expect(timer_live(ref));
    timer_unshared(ref, 5);
    cr_expect_not(timer_live(ref));
    timer_unshared(ref, 5);
    cr_expect_eq(site_at(timer_at(ref.slot)->site)->released, 1);
}

Test(sharing, with_too_many_descriptors_it_is_never_thought_gone)
{
    struct timer_ref ref = make_timer(TLK_TIMERFD, 5);

    for (int i = 0; i < 300; i++)
        timer_shared(ref, 6 + i, NULL);
    cr_expect_eq(timer_at(ref.slot)->references, 255);
    for (int i = 0; i < 400; i++)
        timer_unshared(ref, 5);
    cr_expect_eq(timer_at(ref.slot)->references, 255);
}
