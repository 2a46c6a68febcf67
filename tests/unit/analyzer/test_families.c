/* Families that only a recording knows: they are shown in their own terms, and judged by traits. */
#include "gated.h"

#include "exports/exports.h"
#include "profile/families.h"
#include "profile/filter.h"
#include "profile/gate.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LAMP                                                                                       \
    7 /* its number in the recording: there are gaps, and it is not the one it gets here           \
       */
#define LAMP_TRAITS (TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK)

/* Two lamps that nobody put out, far behind their time. */
static struct profile *of_lamps(const char *name, uint32_t traits)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frame = 0x1001;
    builder_family(builder, LAMP, name, traits);
    struct site_record *site = builder_site(builder, LAMP, "lamp_light", &frame, 1);
    site->kind = builder_string(builder, "red");
    for (int i = 0; i < 2; i++) {
        struct timer_record *timer = builder_create(builder, site, SECOND);
        timer->id = 0x7f0000001000 + (uint64_t)i;
        timer->flags = TLK_ARMED | (traits & TLK_FIRES_TOLD ? TLK_EXACT_FIRES : 0);
        timer->armed = 1;
        timer->clock = timer->deadline_clock = CLOCK_MONOTONIC;
        timer->deadline = (int64_t)(START_MONO + 2 * SECOND);
    }
    return loaded(builder);
}

static void expect_once(const char *text, const char *expected)
{
    const char *found = strstr(text, expected);
    cr_assert(found, "\"%s\" is missing in:\n%s", expected, text);
    cr_expect_null(strstr(found + 1, expected));
}

Test(families, that_nobody_has_heard_of_are_shown_by_their_names)
{
    struct profile *profile = of_lamps("lamp", LAMP_TRAITS);
    cr_expect_eq(profile->processes[0]->damaged, 0);
    expect_printed(profile, print_report, "lamp/red");
    expect_printed(profile, print_timers, "0x7f0000001000");
    expect_printed(profile, print_json, "\"family\": \"lamp\"");
    expect_printed(profile, print_json, "\"kind\": \"red\"");
    profile_free(profile);
}

Test(families, of_two_kinds_made_by_one_call_are_two_sites)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frame = 0x1001;
    builder_family(builder, LAMP, "lamp", LAMP_TRAITS);
    for (int i = 0; i < 2; i++) {
        struct site_record *site = builder_site(builder, LAMP, "lamp_light", &frame, 1);
        site->kind = builder_string(builder, i ? "red" : "green");
        builder_create(builder, site, SECOND);
    }
    struct profile *profile = loaded(builder);
    cr_assert_eq(profile->site_count, 2);
    cr_expect_str_eq(profile->sites[0]->kind, "green");
    cr_expect_str_eq(profile->sites[1]->kind, "red");
    cr_expect_eq(profile->sites[0]->counts.live, 1);
    profile_free(profile);
}

Test(families, that_tell_their_fires_are_overdue_without_one)
{
    struct profile *profile = of_lamps("lamp", LAMP_TRAITS);
    cr_expect_eq(profile->sites[0]->counts.states[NEVER_FIRED], 2);
    cr_expect_eq(profile->sites[0]->counts.overdue, 2);
    profile_free(profile);
}

Test(families, of_the_kernel_fire_by_the_clock)
{
    struct profile *profile = of_lamps("lamp", TLK_BOUND_BY_SIGNALS);
    cr_expect_eq(profile->sites[0]->counts.states[NEVER_RELEASED], 2);
    cr_expect_eq(profile->sites[0]->counts.fired, 2);
    profile_free(profile);
}

Test(families, that_are_free_at_rest_are_released_by_firing)
{
    struct profile *profile = of_lamps("lamp", TLK_FREE_AT_REST);
    cr_expect_eq(profile->sites[0]->counts.live, 0);
    cr_expect_eq(profile->sites[0]->counts.released, 2);
    profile_free(profile);
}

Test(families, that_only_a_recording_has_can_be_asked_for)
{
    char error[ERROR_SIZE];
    struct profile *profile = of_lamps("lamp", LAMP_TRAITS);
    cr_expect(profile_filter(profile, &(struct filter){.families = "lamp"}, error), "%s", error);
    cr_expect_eq(profile->site_count, 1);
    cr_expect_not(profile_filter(profile, &(struct filter){.families = "candle"}, error));
    cr_expect(profile_filter(profile, &(struct filter){.families = "timerfd"}, error), "%s", error);
    cr_expect_eq(profile->site_count, 0);
    profile_free(profile);
}

/* One says that they are the kernel's, one that they are not: both are asked for by the name. */
Test(families, of_one_name_and_different_traits_are_two)
{
    char error[ERROR_SIZE];
    struct profile *profile = of_lamps("lamp", LAMP_TRAITS);
    struct builder *builder = builder_new(HOUR);
    builder_family(builder, 5, "lamp", TLK_BOUND_BY_FILES);
    builder_create(builder, builder_plain_site(builder, 5, 0x1001), SECOND);
    loaded_add(profile, builder);
    cr_expect_eq(profile->site_count, 2);
    cr_expect(profile_filter(profile, &(struct filter){.families = "lamp"}, error), "%s", error);
    cr_expect_eq(profile->site_count, 2);
    profile_free(profile);
}

/* Prometheus takes nothing of a text that has one series twice. */
Test(families, of_one_name_are_listed_once)
{
    struct profile *profile = of_lamps("lamp", LAMP_TRAITS);
    struct builder *builder = builder_new(HOUR);
    builder_family(builder, 5, "lamp", TLK_BOUND_BY_FILES);
    builder_create(builder, builder_plain_site(builder, 5, 0x1001), SECOND);
    loaded_add(profile, builder);
    builder = builder_new(HOUR);
    builder_family(builder, 5, "lamp", LAMP_TRAITS);
    builder_watched(builder, 0);
    loaded_add(profile, builder);
    struct gate gate;
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    expect_once(text, "\ntimerleak_created_total{process=\"server\",family=\"lamp\"} 3\n");
    expect_once(text, "\ntimerleak_unwatched_processes{family=\"lamp\"} 1\n");
    cr_expect_null(strstr(strstr(text, "unwatched_processes{family=\"lamp\"}") + 1,
                          "unwatched_processes{family=\"lamp\"}"));
    free(text);
    cr_expect_str_eq(family_list(families_named("lamp", 4), ", ").s, "lamp");
    gate_free(&gate);
    profile_free(profile);
}

Test(families, whose_name_is_none_are_shown_as_any)
{
    static const char *const names[] = {"", "Lamp", "la\033[31mmp", "la mp", "la,mp"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct profile *profile = of_lamps(names[i], LAMP_TRAITS);
        cr_expect_str_eq(family_name(profile->sites[0]->family), "any");
        profile_free(profile);
    }
}

Test(families, without_an_end_to_their_name_do_no_harm)
{
    struct builder *builder = builder_new(HOUR);
    builder_family(builder, LAMP, "", LAMP_TRAITS);
    memset(builder_header(builder)->families[LAMP].name, 'x',
           sizeof(((struct tlk_family *)0)->name));
    builder_header(builder)->family_count = UINT32_MAX;
    builder_create(builder, builder_plain_site(builder, LAMP, 0x1001), SECOND);
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->totals.live, 1);
    profile_free(profile);
}

Test(families, there_can_be_more_than_are_kept_apart)
{
    char name[24];
    for (int recording = 0; recording < 10; recording++) {
        struct builder *builder = builder_new(HOUR);
        for (uint32_t number = 5; number < TLK_FAMILIES; number++) {
            snprintf(name, sizeof(name), "lamp-%d-%u", recording, number);
            builder_family(builder, number, name, 0);
        }
        builder_create(builder, builder_plain_site(builder, TLK_FAMILIES - 1, 0x1001), SECOND);
        struct profile *profile = loaded(builder);
        cr_expect_eq(profile->totals.live, 1);
        profile_free(profile);
    }
    cr_expect_eq(family_count(), FAMILIES_MOST);
}

Test(families, a_timer_of_none_that_is_listed_is_damage)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1001);
    builder_create(builder, site, SECOND)->family = 9;
    builder_create(builder, site, SECOND);
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->processes[0]->damaged, 1);
    cr_expect_eq(profile->totals.live, 1);
    profile_free(profile);
}

/* The process has added one since its header was read. */
Test(families, a_timer_of_one_that_is_too_new_is_no_damage)
{
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->end = TLK_RUNNING;
    builder_create(builder, builder_plain_site(builder, TLK_POSIX, 0x1001), SECOND)->family = 9;
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->processes[0]->damaged, 0);
    cr_expect_eq(profile->totals.live, 0);
    profile_free(profile);
}
