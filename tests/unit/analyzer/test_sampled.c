/* Recordings of one timer in N: counts are scaled, verdicts are not. */
#include "exports/exports.h"
#include "gated.h"
#include "profile/process.h"
#include "profile/history.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define N 100

/* So many live ones through two hours, and as many more of which each was released at once. */
static struct builder *sampled(uint32_t one_in, uint64_t live, uint64_t released)
{
    struct builder *builder = builder_new(2 * HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
    builder_header(builder)->one_in = one_in;
    for (uint64_t i = 0; i < live; i++) {
        struct timer_record *timer = builder_create(builder, site, (i + 1) * 2 * HOUR / (live + 1));
        timer->flags = TLK_ARMED;
        timer->armed = 1;
        timer->deadline = (int64_t)(START_MONO + 5000 * HOUR);
    }
    for (uint64_t i = 0; i < released; i++) {
        uint64_t when = (i + 1) * HOUR / (released + 1);
        builder_release(builder, builder_create(builder, site, when), when + 10 * MS);
    }
    return builder;
}

static void growth(FILE *to, struct profile *profile)
{
    growth_print(to, profile, -1);
}

static void expect_part(char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
    free(text);
}

Test(sampled, counts_stand_for_all)
{
    struct profile *profile = loaded(sampled(N, 30, 10));
    const struct counts *counts = &loaded_site(profile)->counts;
    cr_expect_eq(counts->created, 40 * N);
    cr_expect_eq(counts->released, 10 * N);
    cr_expect_eq(counts->live, 30 * N);
    cr_expect_eq(counts->armed, 30 * N);
    cr_expect_eq(counts->states[NEVER_FIRED], 30 * N);
    cr_expect_eq(counts->created + counts->inherited, counts->released + counts->live);
    cr_expect_eq(profile->totals.peak, loaded_site(profile)->counts.peak);
    cr_expect_eq(counts->peak, 31 * N);
    cr_expect_eq(profile->processes[0]->recorded, 40);
    profile_free(profile);
}

/* A process has three of them: the shim takes no samples of these. */
Test(sampled, an_interval_timer_stands_for_itself)
{
    struct builder *builder = builder_new(2 * HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_ITIMER, 0x1001);
    builder_header(builder)->one_in = N;
    builder_create(builder, site, HOUR);
    struct profile *profile = loaded(builder);
    cr_expect_eq(loaded_site(profile)->counts.created, 1);
    cr_expect_eq(profile->timers[0].site->counts.live, 1);
    profile_free(profile);
}

Test(sampled, samples_agree_with_counts)
{
    struct profile *profile = loaded(sampled(N, 30, 10));
    const struct counts *counts = &loaded_site(profile)->counts;
    for (size_t type = 0; type < SAMPLE_TYPES && sample_at(type)->id != SAMPLE_WAKEUPS; type++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < profile->samples.count; i++)
            sum += sample_value(&profile->samples.list[i], sample_at(type));
        cr_expect_eq(sum, counts_value(counts, sample_at(type)), "%s: %lu", sample_at(type)->name,
                     sum);
    }
    profile_free(profile);
}

Test(sampled, history_stands_for_all)
{
    struct history_point point;
    struct profile *profile = profile_new();
    profile->keep_histories = true;
    loaded_add(profile, sampled(N, 30, 0));
    history_of(profile, loaded_site(profile), 1, &point);
    cr_expect_eq(point.high, 30 * N);
    profile_free(profile);
}

/* Whatever is added up comes to more than a number holds: nothing wraps to a few. */
Test(sampled, numbers_stop_at_the_highest)
{
    struct profile *profile = loaded(sampled(UINT32_MAX, 30, 10));
    const struct counts *counts = &loaded_site(profile)->counts;
    cr_expect_eq(counts->live, 30 * (uint64_t)UINT32_MAX);
    cr_expect_eq(counts->age, UINT64_MAX);
    loaded_add(profile, sampled(UINT32_MAX, 30, 10));
    cr_expect_eq(profile->totals.age, UINT64_MAX);
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct sample *sample = &profile->samples.list[i];
        if (sample->labels.state != SAMPLE_RELEASED_STATE && sample->labels.age >= HOUR)
            cr_expect_eq(sample->age, UINT64_MAX);
    }
    profile_free(profile);
}

Test(sampled, recordings_of_different_samples_add_up)
{
    struct profile *profile = loaded(sampled(N, 30, 10));
    loaded_add(profile, sampled(10, 20, 5));
    loaded_add(profile, sampled(0, 3, 2));
    cr_expect_eq(loaded_site(profile)->counts.live, 30 * N + 20 * 10 + 3);
    cr_expect_eq(loaded_site(profile)->counts.released, 10 * N + 5 * 10 + 2);
    expect_part(printed(growth, profile), "sampled: one timer in 1 to 100 was recorded");
    profile_free(profile);
}

/* ---- verdicts ---- */

static struct finding finding_of(struct builder *builder)
{
    struct profile *profile = loaded(builder);
    struct finding finding = loaded_site(profile)->finding;
    profile_free(profile);
    return finding;
}

Test(sampled, growth_is_scaled)
{
    struct finding all = finding_of(sampled(1, 30, 0)), sample = finding_of(sampled(N, 30, 0));
    cr_expect_eq(sample.verdict, VERDICT_LEAK);
    cr_expect_float_eq(sample.growth, all.growth * N, 1e-9);
    cr_expect(strstr(sample.why, "grows 26/min since 00:03:52; none of the sample was ever "
                                 "released; estimated from 30 timers recorded, 30 of them live"),
              "%s", sample.why);
}

/* All that was recorded of half a dozen may have stayed by chance. */
Test(sampled, a_few_that_stay_are_weaker_evidence)
{
    cr_expect_eq(finding_of(sampled(1, 6, 0)).verdict, VERDICT_LEAK);
    struct finding finding = finding_of(sampled(N, 6, 0));
    cr_expect_eq(finding.verdict, VERDICT_GROWING);
    cr_expect(strstr(finding.why, "too few of the sample to tell: sample one in 18, or record for "
                                  "longer; estimated from 6 timers recorded, 6 of them live"),
              "%s", finding.why);
    finding = finding_of(sampled(2, 3, 2));
    cr_expect(strstr(finding.why, "record all, or for longer"), "%s", finding.why);
}

/* Were it still going on, one of them would come from later. */
Test(sampled, a_few_from_the_start_and_none_since_are_held)
{
    struct builder *builder = builder_new(2 * HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
    builder_header(builder)->one_in = N;
    for (uint64_t i = 0; i < 3; i++)
        builder_create(builder, site, i * SECOND);
    cr_expect_eq(finding_of(builder).verdict, VERDICT_HELD);
}

/* A window of long and short lives, of which few ended yet: some will live longer than those. */
Test(sampled, few_releases_do_not_show_the_longest_life)
{
    for (uint32_t one_in = 1; one_in <= N; one_in += N - 1) {
        struct builder *builder = builder_new(10 * MINUTE);
        struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
        builder_header(builder)->one_in = one_in;
        for (uint64_t i = 0; i < 20; i++) {
            struct timer_record *timer = builder_create(builder, site, i * 30 * SECOND);
            if (i == 3 || i == 9)
                builder_release(builder, timer, i * 30 * SECOND + 4 * MINUTE);
        }
        cr_expect_eq(finding_of(builder).verdict, one_in == 1 ? VERDICT_LEAK : VERDICT_GROWING);
    }
}

Test(sampled, enough_evidence_is_a_leak)
{
    cr_expect_eq(finding_of(sampled(N, 30, 200)).verdict, VERDICT_LEAK);
}

Test(sampled, clean_is_clean)
{
    struct finding finding = finding_of(sampled(N, 0, 10));
    cr_expect_eq(finding.verdict, VERDICT_CLEAN);
    cr_expect(strstr(finding.why, "released: 1,000 timers; estimated from 10"), "%s", finding.why);
}

Test(sampled, forecasts_are_of_all_timers)
{
    struct limit all[LIMITS], sample[LIMITS];
    struct profile *profile = loaded(sampled(1, 30, 0));
    limits_of_process(profile->processes[0], all);
    profile_free(profile);
    profile = loaded(sampled(N, 30, 0));
    limits_of_process(profile->processes[0], sample);
    cr_expect_float_eq(sample[0].growth, all[0].growth * N, 1e-9);
    profile_free(profile);
}

/* ---- what says so ---- */

static void report(FILE *to, struct profile *profile)
{
    report_print(to, profile, -1);
}

static void timers(FILE *to, struct profile *profile)
{
    timers_print(to, profile, 1);
}

static void top(FILE *to, struct profile *profile)
{
    print_view(to, profile, view_top, NULL);
}

static void page(FILE *to, struct profile *profile)
{
    const struct html_options options = {.nonce = "0"};
    html_write(to, profile, &options);
}

#define TOLD "sampled: one timer in 100 was recorded; counts are estimates from those"

Test(sampled, every_view_says_so_once)
{
    void (*const views[])(FILE * to, struct profile * profile) = {report, timers, growth, top,
                                                                  page};
    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        struct profile *profile = loaded(sampled(N, 30, 10));
        char *text = printed(views[i], profile), *told = strstr(text, TOLD);
        cr_expect(told && !strstr(told + 1, TOLD), "view %zu:\n%s", i, text);
        free(text);
        profile_free(profile);
    }
}

Test(sampled, whole_recordings_say_nothing)
{
    struct profile *profile = loaded(sampled(1, 30, 10));
    char *text = printed(report, profile);
    cr_expect_null(strstr(text, "sampled"));
    cr_expect_null(strstr(text, "estimate"));
    free(text);
    profile_free(profile);
}

Test(sampled, each_timer_says_for_how_many_it_stands)
{
    struct profile *profile = loaded(sampled(N, 30, 10));
    char *text = printed(timers, profile);
    cr_expect(strstr(text, "STANDS-FOR SITE\n"), "%s", text);
    cr_expect(strstr(text, " 100 [unknown]+0x1000\n"), "%s", text);
    free(text);
    profile_free(profile);
}

Test(sampled, json_has_it_for_each_process)
{
    struct builder *builder = sampled(N, 30, 10);
    builder_header(builder)->omitted[TLK_OMIT_SAMPLED] = 3960;
    struct profile *profile = loaded(builder);
    json_t *json = loaded_json(profile);
    json_t *sampling = json_object_get(json_object_get(json, "process"), "sampling");
    cr_expect_eq(json_integer_value(json_object_get(sampling, "one_in")), N);
    cr_expect_eq(json_integer_value(json_object_get(sampling, "recorded")), 40);
    cr_expect_eq(json_integer_value(json_object_get(sampling, "left_out")), 3960);
    json_decref(json);
    profile_free(profile);
}

/* ---- the gate ---- */

Test(sampled, gate_says_so)
{
    struct gate gate;
    struct profile *profile = loaded(sampled(N, 30, 10));
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    expect_part(gate_text(markdown_write, &gate), "sampled: one timer in 100 was recorded");
    gate_free(&gate);
    profile_free(profile);
}

Test(sampled, a_sample_of_nothing_is_in_doubt)
{
    struct gate gate;
    struct gate_options options = leaks_fail;
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->one_in = N;
    builder_header(builder)->omitted[TLK_OMIT_SAMPLED] = 70;
    struct profile *profile = loaded(builder);
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate_result(&gate), GATE_IN_DOUBT);
    cr_expect(strstr(gate.doubts[0], "of 70 timers chance picked none"), "%s", gate.doubts[0]);
    gate_free(&gate);
    options.allow_empty = true;
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate_result(&gate), GATE_PASSES);
    gate_free(&gate);
    profile_free(profile);
}
