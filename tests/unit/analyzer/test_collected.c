/* Timers that a collector takes, and those that hold nothing at rest: as Go's are. */
#include "loaded.h"

#include "profile/families.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#define GO 7
#define KEPT (TLK_BY_HANDLE | TLK_FREE_AT_REST | TLK_FIRES_TOLD)
#define COLLECTED (TLK_BY_HANDLE | TLK_FREE_AT_REST | TLK_COLLECTED)
#define COUNT 1000

static struct site_record *go_site(struct builder *builder, uint32_t traits)
{
    uint64_t frame = 0x1001;
    builder_family(builder, GO, "go", traits);
    return builder_site(builder, GO, "time.NewTimer", &frame, 1);
}

static struct timer_record *go_timer(struct builder *builder, struct site_record *site,
                                     uint64_t when, uint64_t wait)
{
    struct timer_record *timer = builder_create(builder, site, when);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->armed_at = START_MONO + when;
    timer->clock = timer->deadline_clock = CLOCK_MONOTONIC;
    timer->deadline = (int64_t)(START_MONO + when + wait);
    return timer;
}

/* One every microsecond, that waits for three minutes, as time.After() in a loop leaves them. */
static struct profile *left_in_a_loop(uint32_t traits)
{
    struct builder *builder = builder_new(COUNT * US);
    struct site_record *site = go_site(builder, traits);
    for (uint64_t i = 0; i < COUNT; i++)
        go_timer(builder, site, i * US, 3 * MINUTE)->flags |=
            traits & TLK_FIRES_TOLD ? TLK_EXACT_FIRES : 0;
    return loaded(builder);
}

Test(collected, what_the_runtime_keeps_until_it_fires_is_a_leak)
{
    struct profile *profile = left_in_a_loop(KEPT);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_LEAK);
    profile_free(profile);
}

Test(collected, what_a_collector_takes_is_held_and_the_report_says_why)
{
    struct profile *profile = left_in_a_loop(COLLECTED);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_HELD);
    expect_printed(profile, print_report,
                   "Go since 1.23 collects such a timer when nothing refers to it");
    profile_free(profile);
}

/* They lived until they were stopped: of released ones lifetimes are known. */
Test(collected, stopped_they_are_over_where_they_hold_nothing_at_rest)
{
    struct builder *builder = builder_new(MINUTE);
    struct site_record *site = go_site(builder, KEPT);
    for (uint64_t i = 0; i < COUNT; i++) {
        struct timer_record *timer = go_timer(builder, site, i * 10 * MS, 3 * MINUTE);
        timer->flags = 0;
        timer->stopped = 1;
        timer->touched = TLK_TOUCHED(i * 10 * MS + SECOND);
    }
    go_timer(builder, site, MINUTE - 500 * MS, 3 * MINUTE)->flags |= TLK_EXACT_FIRES;
    struct profile *profile = loaded(builder);
    const struct site *found = loaded_site(profile);
    cr_expect_eq(found->counts.live, 1);
    cr_expect_eq(found->counts.released, COUNT);
    cr_expect_eq(found->finding.verdict, VERDICT_HELD);
    cr_expect(strstr(found->finding.why, "released ones lived up to 1"), "%s", found->finding.why);
    profile_free(profile);
}
