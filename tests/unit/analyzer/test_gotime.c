/* Timers of the library gotime: their kinds, their states, and what the program said of them. */
#include "base/text.h"
#include "exports/exports.h"
#include "loaded.h"
#include "profile/families.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

static struct timer_record *armed(struct builder *builder, struct site_record *site,
                                  uint64_t deadline)
{
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    timer->flags = TLK_ARMED | TLK_EXACT_FIRES;
    timer->armed = 1;
    timer->deadline = (int64_t)(START_MONO + deadline);
    return timer;
}

static void expect_counts(struct builder *builder, enum timer_state state, uint64_t fired,
                          uint64_t overdue)
{
    struct profile *profile = loaded(builder);
    const struct counts *counts = &loaded_site(profile)->counts;
    cr_expect_eq(counts->states[state], 1);
    cr_expect_eq(counts->live, 1);
    cr_expect_eq(counts->fired, fired);
    cr_expect_eq(counts->overdue, overdue);
    profile_free(profile);
}

/* ---- kinds ---- */

Test(gotime, the_label_has_the_kind_where_there_is_one)
{
    cr_expect_str_eq(family_label(TLK_GOTIME, "tick").s, "gotime/tick");
    cr_expect_str_eq(family_label(TLK_GOTIME, "").s, "gotime");
    cr_expect_str_eq(family_label(TLK_POSIX, "").s, "posix");
    cr_expect_str_eq(family_label(0, "").s, "any");
}

/* ---- states: nothing is derived from the clock ---- */

Test(gotime, one_that_has_not_fired_though_it_should_have_still_waits)
{
    struct builder *builder = builder_new(HOUR);
    armed(builder, builder_plain_site(builder, TLK_GOTIME, 0x1001), 2 * MINUTE);
    expect_counts(builder, NEVER_FIRED, 0, 1);
}

Test(gotime, one_that_fired_was_never_released)
{
    struct builder *builder = builder_new(HOUR);
    struct timer_record *timer =
        armed(builder, builder_plain_site(builder, TLK_GOTIME, 0x1001), 2 * MINUTE);
    timer->fired = timer->fired_now = 1;
    expect_counts(builder, NEVER_RELEASED, 1, 0);
}

Test(gotime, a_ticker_fired_as_often_as_it_told)
{
    struct builder *builder = builder_new(HOUR);
    struct timer_record *timer =
        armed(builder, builder_plain_site(builder, TLK_GOTIME, 0x1001), 2 * MINUTE);
    timer->interval = SECOND;
    timer->fired = timer->fired_now = 5;
    expect_counts(builder, NEVER_STOPPED, 5, 0);
}

Test(gotime, by_a_clock_that_only_the_program_knows_nothing_is_overdue)
{
    struct builder *builder = builder_new(HOUR);
    struct timer_record *timer =
        armed(builder, builder_plain_site(builder, TLK_GOTIME, 0x1001), 2 * MINUTE);
    timer->deadline_clock = -1;
    expect_counts(builder, NEVER_FIRED, 0, 0);
}

/* ---- what the program said ---- */

/* Two callbacks that keep ten megabytes each, one with a name. */
static struct profile *retaining(void)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frame = 0x1001;
    struct site_record *site = builder_site(builder, TLK_GOTIME, "gt_after_func_with", &frame, 1);
    struct timer_record *timer = armed(builder, site, 2 * HOUR);
    site->kind = builder_string(builder, "func");
    timer->retained = 10 * MIB;
    timer->name = builder_string(builder, "report");
    armed(builder, site, 2 * HOUR)->retained = 10 * MIB;
    return loaded(builder);
}

Test(gotime, the_report_says_what_is_kept_alive)
{
    struct profile *profile = retaining();
    expect_printed(profile, print_report,
                   "held   gotime/func      2 live  never-fired     [unknown]+0x1000\n"
                   "       2 live, all made within 0ns at 00:01:00, steady for 59m00s since\n"
                   "       keeps 20.0 MB alive\n"
                   "         [unknown]+0x1000\n");
    profile_free(profile);
}

Test(gotime, flags_follow_on_the_same_line)
{
    struct profile *profile = retaining();
    profile->sites[0]->counts.overdue = 1;
    expect_printed(profile, print_report, "       keeps 20.0 MB alive; 1 overdue: the deadline");
    profile_free(profile);
}

Test(gotime, the_list_of_timers_has_names_and_sizes)
{
    struct profile *profile = retaining();
    expect_printed(
        profile, print_timers,
        "STATE           FAMILY      TIMER               CLOCK       DEADLINE     INTERVAL  "
        "AGE       ARMED    FIRED  FLAGS      NAME             KEEPS    SITE\n"
        "never-fired     gotime/func id 1                monotonic   in 1h00m     one-shot  "
        "59m00s        1        0  -          report           10.0 MB  [unknown]+0x1000\n"
        "never-fired     gotime/func id 2                monotonic   in 1h00m     one-shot  "
        "59m00s        1        0  -          -                10.0 MB  "
        "[unknown]+0x1000\n");
    profile_free(profile);
}

Test(gotime, json_has_the_kind_and_the_bytes)
{
    struct profile *profile = retaining();
    expect_printed(profile, print_json, "\"family\": \"gotime\"");
    expect_printed(profile, print_json, "\"kind\": \"func\"");
    expect_printed(profile, print_json, "\"retained\": 20971520");
    profile_free(profile);
}

Test(gotime, bytes_as_people_say_them)
{
    cr_expect_str_eq(text_bytes(0).s, "0 B");
    cr_expect_str_eq(text_bytes(1023).s, "1023 B");
    cr_expect_str_eq(text_bytes(1024).s, "1.0 kB");
    cr_expect_str_eq(text_bytes(10 * MIB).s, "10.0 MB");
    cr_expect_str_eq(text_bytes(3 * 1024 * MIB / 2).s, "1.5 GB");
    cr_expect_str_eq(text_bytes(UINT64_MAX).s, "16777216.0 TB");
}
