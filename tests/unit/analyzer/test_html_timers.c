/* The page's live timers: which rows there are, how small columns get, who has a finding. */
#include "exports/exports.h"
#include "exports/html/columns.h"
#include "exports/html/holders.h"
#include "exports/html/page.h"
#include "exports/html/timers.h"
#include "loaded.h"
#include "profile/identity.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

/* ---- columns ---- */

static void expect_column(const int64_t *values, size_t count, const char *expected)
{
    json_t *json = column_json(values, count);
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    cr_expect_str_eq(text, expected);
    free(text);
    json_decref(json);
}

Test(html_timers, a_column_has_no_more_than_its_rows_differ_by)
{
    expect_column((const int64_t[]){7, 7, 7}, 3, "7");
    expect_column((const int64_t[]){COLUMN_NOTHING, COLUMN_NOTHING}, 2, "null");
    expect_column((const int64_t[]){1, COLUMN_NOTHING, 2}, 3, "[1,null,2]");
    expect_column((const int64_t[]){5000, 7000, 5000}, 3,
                  "{\"values\":[5000,7000],\"at\":[0,1,0]}");
    expect_column(NULL, 0, "[]");
}

/* ---- rows ---- */

static struct builder *leaking(uint64_t pace)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    for (uint64_t when = MINUTE; when < HOUR; when += pace)
        builder_create(builder, site, when);
    return builder;
}

static json_t *timers_in(struct profile *profile, size_t most)
{
    const struct selection_options options = {.type = sample_at(SAMPLE_LIVE), .zeros = true};
    struct selection selection;
    struct stacks stacks;
    char error[ERROR_SIZE];
    cr_assert(selection_make(&selection, profile, &options, NULL, error));
    stacks_make(&stacks, &selection);
    json_t *timers = html_timers(profile, &stacks, most);
    stacks_free(&stacks);
    selection_free(&selection);
    return timers;
}

static json_int_t number_of(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static struct profile *profile_with_timers(void)
{
    struct profile *profile = profile_new();
    profile->keep_timers = profile->keep_histories = true;
    return profile;
}

/* Those of the site that is held are the oldest, and the first of all rows. */
Test(html_timers, of_too_many_those_of_the_worst_findings_stay)
{
    struct profile *profile = profile_with_timers();
    struct builder *builder = leaking(MINUTE);
    struct site_record *held = builder_plain_site(builder, TLK_TIMERFD, 0x2000);
    builder_create(builder, held, 1);
    builder_create(builder, held, 2);
    loaded_add(profile, builder);
    fingerprints_set(profile);
    cr_assert_eq(profile->sites[0]->finding.verdict, VERDICT_LEAK);
    json_t *timers = timers_in(profile, 50);
    cr_expect_eq(number_of(timers, "count"), 50);
    cr_expect_eq(number_of(timers, "omitted"), 59 + 2 - 50);
    cr_expect_eq(number_of(json_object_get(timers, "columns"), "site"), 0);
    cr_expect_eq(json_integer_value(json_object_get(json_object_get(timers, "sites"), "shown")), 0);
    json_decref(timers);
    profile_free(profile);
}

/* ---- processes ---- */

static double growth_alone(uint64_t pace)
{
    struct profile *profile = loaded(leaking(pace));
    double growth = loaded_site(profile)->finding.growth;
    cr_expect_gt(growth, 0);
    profile_free(profile);
    return growth;
}

Test(html_timers, each_process_has_its_own_part_of_a_finding)
{
    static const uint64_t paces[] = {30 * SECOND, 10 * SECOND};
    struct profile *profile = profile_with_timers();
    struct holders holders;
    for (size_t i = 0; i < 2; i++)
        loaded_add(profile, leaking(paces[i]));
    holders_make(&holders, profile, 1);
    cr_assert_eq(holders.count, 2);
    for (size_t i = 0; i < 2; i++) {
        uint64_t pace = paces[1 - i];
        cr_expect_eq(holders.list[i].live, (HOUR - MINUTE) / pace);
        cr_expect_eq(holders.list[i].states[NEVER_ARMED], holders.list[i].live);
        cr_expect_eq(holders.list[i].growth, growth_alone(pace));
    }
    holders_free(&holders);
    profile_free(profile);
}
