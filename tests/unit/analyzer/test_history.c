/* Live timers over the run, from what the shim noted. */
#include "loaded.h"
#include "profile/history.h"

#include <criterion/criterion.h>

#define POINTS 10

static struct profile *empty(void)
{
    struct profile *profile = profile_new();
    profile->keep_histories = true;
    return profile;
}

/* One timer more at every minute of the first `minutes`; the run goes on for `duration`. */
static struct builder *growing(uint64_t minutes, uint64_t duration)
{
    struct builder *builder = builder_new(duration);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    for (uint64_t i = 0; i < minutes; i++)
        builder_create(builder, site, i * MINUTE + SECOND);
    return builder;
}

/* Spans of each of `parts` recordings may reach into the next point. */
static void expect_point(const struct history_point *points, size_t i, uint64_t low, uint64_t high,
                         uint64_t parts)
{
    cr_expect(points[i].low <= low && points[i].high >= high,
              "point %zu is %lu to %lu, within it there were %lu to %lu", i, points[i].low,
              points[i].high, low, high);
    cr_expect(points[i].low + parts >= low && points[i].high <= high + parts,
              "point %zu is %lu to %lu", i, points[i].low, points[i].high);
}

Test(history, grows_from_nothing_to_what_is_live)
{
    struct history_point points[POINTS];
    struct profile *profile = empty();
    loaded_add(profile, growing(10, 10 * MINUTE));
    history_of(profile, loaded_site(profile), POINTS, points);
    cr_expect_eq(history_duration(profile), 10 * MINUTE);
    for (uint64_t i = 0; i < POINTS; i++)
        expect_point(points, i, i, i + 1, 1);
    cr_expect_eq(points[POINTS - 1].high, loaded_site(profile)->counts.live);
    profile_free(profile);
}

Test(history, what_is_live_stays_so_after_the_last_event)
{
    struct history_point points[POINTS];
    struct profile *profile = empty();
    loaded_add(profile, growing(10, 100 * MINUTE));
    history_of(profile, loaded_site(profile), POINTS, points);
    expect_point(points, 0, 0, 10, 1);
    for (size_t i = 2; i < POINTS; i++)
        cr_expect(points[i].low == 10 && points[i].high == 10);
    profile_free(profile);
}

Test(history, before_the_first_there_was_none)
{
    struct history_point points[POINTS];
    struct profile *profile = empty();
    struct builder *builder = builder_new(10 * MINUTE);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    struct timer_record *timer = builder_create(builder, site, 5 * MINUTE + 30 * SECOND);
    builder_release(builder, timer, 7 * MINUTE + 30 * SECOND);
    loaded_add(profile, builder);
    history_of(profile, loaded_site(profile), POINTS, points);
    cr_expect(points[4].high == 0 && points[5].low == 0 && points[5].high == 1);
    cr_expect(points[6].low == 1 && points[6].high == 1);
    cr_expect(points[7].low == 0 && points[7].high == 1 && points[9].high == 0);
    profile_free(profile);
}

Test(history, processes_add_up_at_the_same_age)
{
    struct history_point points[POINTS];
    struct profile *profile = empty();
    loaded_add(profile, growing(10, 10 * MINUTE));
    loaded_add(profile, growing(5, 5 * MINUTE));
    loaded_add(profile, growing(10, 20 * MINUTE));
    history_of(profile, loaded_site(profile), POINTS, points);
    cr_expect_eq(history_duration(profile), 20 * MINUTE);
    cr_expect_eq(points[POINTS - 1].low, 25);
    cr_expect_eq(points[POINTS - 1].high, loaded_site(profile)->counts.live);
    expect_point(points, 1, 6, 12, 3);
    profile_free(profile);
}

Test(history, nonsense_of_a_recording_does_no_harm)
{
    struct history_point points[POINTS];
    struct profile *profile = empty();
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    builder_create(builder, site, MINUTE);
    site->first_created = UINT64_MAX - 5; /* from where its history counts */
    site->history_shift = 63;
    site->history_used = TLK_HISTORY_BUCKETS;
    loaded_add(profile, builder);
    history_of(profile, loaded_site(profile), POINTS, points);
    cr_expect_eq(points[0].high, 0);
    profile_free(profile);
}

Test(history, is_kept_only_when_asked_for)
{
    struct history_point points[POINTS];
    struct profile *profile = loaded(growing(10, 10 * MINUTE));
    history_of(profile, loaded_site(profile), POINTS, points);
    cr_expect_eq(points[POINTS - 1].high, 0);
    profile_free(profile);
}
