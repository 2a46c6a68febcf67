/* Recordings of which a part was slept through: judged by what was seen, and said to be so. */
#include "exports/exports.h"
#include "gated.h"
#include "profile/process.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A timer a minute for an hour, of which none is released, in a run of three. */
static struct builder *hour_of_three(void)
{
    struct builder *builder = builder_new(3 * HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(builder, site, i * MINUTE);
    return builder;
}

static struct builder *slept(struct builder *builder, uint32_t asleep, uint64_t switched,
                             uint64_t before)
{
    struct tlk_header *header = builder_header(builder);
    header->asleep = asleep;
    header->switched = switched;
    header->slept = before;
    return builder;
}

static struct finding finding_of(struct builder *builder)
{
    struct profile *profile = loaded(builder);
    struct finding finding = loaded_site(profile)->finding;
    profile_free(profile);
    return finding;
}

static void report(FILE *to, struct profile *profile)
{
    report_print(to, profile, 0);
}

static void expect_told(struct builder *builder, const char *line)
{
    struct profile *profile = loaded(builder);
    char *text = printed(report, profile);
    cr_expect(strstr(text, line), "\"%s\" is missing in:\n%s", line, text);
    free(text);
    profile_free(profile);
}

Test(asleep, a_pause_that_nobody_watched_is_none)
{
    cr_expect_eq(finding_of(hour_of_three()).verdict, VERDICT_HELD);
    cr_expect_eq(finding_of(slept(hour_of_three(), 1, START_MONO + HOUR, 0)).verdict, VERDICT_LEAK);
}

Test(asleep, a_pause_before_it_woke_is_none)
{
    struct builder *builder = slept(hour_of_three(), 0, START_MONO + 170 * MINUTE, 100 * MINUTE);
    cr_expect_eq(finding_of(builder).verdict, VERDICT_LEAK);
}

Test(asleep, steady_counts_while_awake)
{
    struct builder *builder = slept(builder_new(3 * HOUR), 1, START_MONO + HOUR, 0);
    builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, 0x1001), 10 * MINUTE);
    struct finding finding = finding_of(builder);
    cr_expect_eq(finding.verdict, VERDICT_HELD);
    cr_expect(strstr(finding.why, "steady for 50m00s since, while awake"), "%s", finding.why);
}

Test(asleep, says_since_when_and_how_much_is_missing)
{
    struct builder *builder = slept(hour_of_three(), 1, START_MONO + HOUR, 0);
    builder_header(builder)->omitted[TLK_OMIT_ASLEEP] = 1203;
    builder_header(builder)->omitted[TLK_OMIT_IGNORED] = 1;
    expect_told(builder, "asleep: for 2h00m of 3h00m, since 01:00:00; 1,203 timers made meanwhile "
                         "are not here\n"
                         "ignored: 1 timer made in blocks that the program asked to ignore is not "
                         "here\n");
}

Test(asleep, awake_again_says_for_how_long)
{
    expect_told(slept(hour_of_three(), 0, START_MONO + 2 * HOUR, HOUR),
                "asleep: for 1h00m of 3h00m; 0 timers made meanwhile are not here\n");
}

Test(asleep, several_are_told_together)
{
    struct profile *profile = loaded(slept(hour_of_three(), 1, START_MONO + HOUR, 0));
    loaded_add(profile, hour_of_three());
    char *text = printed(report, profile);
    cr_expect(strstr(text, "asleep: for 2h00m of 6h00m, 1 process at the end; 0 timers"), "%s",
              text);
    free(text);
    profile_free(profile);
}

Test(asleep, awake_throughout_says_nothing)
{
    struct profile *profile = loaded(hour_of_three());
    char *text = printed(report, profile);
    cr_expect_null(strstr(text, "asleep"), "%s", text);
    free(text);
    profile_free(profile);
}

Test(asleep, nothing_recorded_is_not_nothing_made)
{
    struct builder *builder = slept(builder_new(HOUR), 1, 0, 0);
    builder_header(builder)->omitted[TLK_OMIT_ASLEEP] = 2;
    expect_told(builder, "no timer was recorded\n"
                         "asleep: for 1h00m of 1h00m, since 00:00:00; 2 timers made meanwhile are "
                         "not here\n");
}

Test(asleep, json_has_it_for_each_process)
{
    struct profile *profile = loaded(slept(hour_of_three(), 1, START_MONO + HOUR, MINUTE));
    json_t *json = loaded_json(profile);
    json_t *process = json_object_get(json, "process"),
           *asleep = json_object_get(process, "asleep");
    cr_expect(json_is_true(json_object_get(asleep, "at_end")));
    cr_expect_eq(json_integer_value(json_object_get(asleep, "switched_ns")), HOUR);
    cr_expect_eq(json_integer_value(json_object_get(asleep, "duration_ns")), 2 * HOUR + MINUTE);
    cr_expect_eq(json_integer_value(json_object_get(process, "ignored")), 0);
    json_decref(json);
    profile_free(profile);
}

Test(asleep, damage_does_not_outlast_the_run)
{
    const uint64_t odd[] = {0, 1, START_MONO - 1, START_MONO + 9 * HOUR, UINT64_MAX};
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        for (uint32_t asleep = 0; asleep < 2; asleep++) {
            struct profile *profile = loaded(slept(hour_of_three(), asleep, odd[i], odd[i]));
            const struct process *process = profile->processes[0];
            cr_expect_leq(process->slept, 3 * HOUR);
            cr_expect_geq(process->switched, START_MONO);
            cr_expect_leq(process->switched, START_MONO + 3 * HOUR);
            profile_free(profile);
        }
    }
}

Test(asleep, a_run_slept_through_is_never_green)
{
    struct gate gate;
    struct gate_options options = leaks_fail;
    struct builder *builder = slept(builder_new(HOUR), 1, 0, 0);
    builder_header(builder)->omitted[TLK_OMIT_ASLEEP] = 5;
    struct profile *profile = loaded(builder);
    loaded_add(profile, hour_of_three());
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate_result(&gate), GATE_IN_DOUBT);
    cr_expect_eq(gate.doubt_count, 1);
    cr_expect(strstr(gate.doubts[0], "5 timers were made, all while it was asleep"), "%s",
              gate.doubts[0]);
    cr_expect(strstr(gate.doubts[0], "\"timerleak ctl PID on\""), "it ended: %s", gate.doubts[0]);
    gate_free(&gate);
    options.allow_empty = true;
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate_result(&gate), GATE_PASSES);
    gate_free(&gate);
    profile_free(profile);
}
