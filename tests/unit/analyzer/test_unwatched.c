/* Families that were not to be recorded: told everywhere, and never green. */
#include "exports/exports.h"
#include "gated.h"
#include "outside/kernel_match.h"
#include "views/coverage.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TOLD                                                                                       \
    "not watched: timers of timerfd, gotime, which --families or TIMERLEAK_FAMILIES left out"

/* A process that released its only timer, and of which these families were watched. */
static struct builder *watched(uint32_t families, uint32_t unknown)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1001);
    builder_release(builder, builder_create(builder, site, 0), SECOND);
    builder_watched(builder, families);
    builder_header(builder)->families_unknown = unknown;
    return builder;
}

static struct profile *half_watched(void)
{
    return loaded(watched(1u << TLK_POSIX | 1u << TLK_ITIMER, 0));
}

static void expect_part(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

static void expect_lines(struct profile *profile, const char *expected)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    coverage_print(to, profile);
    fclose(to);
    cr_expect_str_eq(text, expected);
    free(text);
    profile_free(profile);
}

Test(unwatched, views_name_the_families)
{
    expect_lines(half_watched(), TOLD "\n");
    expect_lines(loaded(watched(UINT32_MAX, 0)), "");
    struct profile *profile = half_watched();
    loaded_add(profile, watched(UINT32_MAX, 0));
    expect_lines(profile, "not watched in 1 of 2 processes: timers of timerfd, gotime, which "
                          "--families or TIMERLEAK_FAMILIES left out\n");
}

Test(unwatched, views_tell_of_a_mistyped_list)
{
    expect_lines(loaded(watched(UINT32_MAX, 1)),
                 "mistyped: 1 name in TIMERLEAK_FAMILIES is no family's; all families were "
                 "watched\n");
    expect_lines(loaded(watched(1u << TLK_POSIX | 1u << TLK_ITIMER, 2)),
                 TOLD "\nmistyped: 2 names in TIMERLEAK_FAMILIES are no family's\n");
}

static void left(FILE *to, struct profile *profile)
{
    left_print(to, profile, 0);
}

Test(unwatched, what_is_left_is_told_with_them)
{
    struct profile *profile = half_watched();
    char *text = printed(left, profile);
    cr_expect_str_eq(text, "no timers left\n" TOLD "\n");
    free(text);
    profile_free(profile);
}

Test(unwatched, json_has_those_that_were_watched)
{
    struct profile *profile = loaded(watched(1u << TLK_POSIX | 1u << TLK_ITIMER, 3));
    json_t *json = loaded_json(profile), *process = json_object_get(json, "process");
    char *families = json_dumps(json_object_get(process, "families"), JSON_COMPACT);
    cr_expect_str_eq(families, "[\"posix\",\"itimer\"]");
    cr_expect_eq(json_integer_value(json_object_get(process, "unknown_families")), 3);
    free(families);
    json_decref(json);
    profile_free(profile);
}

/* ---- the gate ---- */

static void expect_gate(struct profile *profile, const struct gate_options *options,
                        const char *doubt)
{
    struct gate gate;
    gate_judge(&gate, profile, options, NULL, NULL);
    cr_expect_eq(gate_result(&gate), doubt ? GATE_IN_DOUBT : GATE_PASSES);
    cr_expect_eq(gate.doubt_count, doubt ? 1 : 0);
    if (doubt && gate.doubt_count > 0)
        expect_part(gate.doubts[0], doubt);
    gate_free(&gate);
}

Test(unwatched, what_nobody_looked_at_does_not_pass)
{
    struct gate_options options = leaks_fail;
    struct profile *profile = half_watched();
    loaded_add(profile, watched(UINT32_MAX, 0));
    for (int empty = 0; empty < 2; empty++) {
        options.allow_empty = empty;
        options.families = UINT64_MAX;
        expect_gate(profile, &options,
                    "in 1 recording timers of timerfd, gotime were not watched: record without "
                    "--families and TIMERLEAK_FAMILIES, or ask with --families=posix,itimer about "
                    "what was");
        options.families = 1u << TLK_TIMERFD;
        expect_gate(profile, &options,
                    "timers of timerfd were not watched: record without "
                    "--families and TIMERLEAK_FAMILIES");
    }
    profile_free(profile);
}

Test(unwatched, where_nothing_was_watched_everywhere_nothing_else_is_advised)
{
    struct profile *profile = half_watched();
    loaded_add(profile, watched(1u << TLK_TIMERFD | 1u << TLK_GOTIME, 0));
    struct gate gate;
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    cr_assert_eq(gate.doubt_count, 1);
    cr_expect_str_eq(gate.doubts[0], "in 2 recordings timers of posix, timerfd, itimer, gotime "
                                     "were not watched: record without --families and "
                                     "TIMERLEAK_FAMILIES");
    gate_free(&gate);
    profile_free(profile);
}

Test(unwatched, what_was_watched_passes_when_only_that_is_asked_about)
{
    struct gate_options options = leaks_fail;
    struct profile *profile = half_watched();
    options.families = 1u << TLK_POSIX;
    expect_gate(profile, &options, NULL);
    profile_free(profile);
}

Test(unwatched, an_empty_recording_is_told_as_what_it_is)
{
    struct builder *builder = builder_new(HOUR);
    builder_watched(builder, 1u << TLK_ITIMER);
    struct profile *profile = loaded(builder);
    expect_gate(profile, &leaks_fail, "timers of posix, timerfd, gotime were not watched");
    profile_free(profile);
}

Test(ignored, all_that_was_made_is_never_green)
{
    struct gate_options options = leaks_fail;
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->omitted[TLK_OMIT_IGNORED] = 4;
    struct profile *profile = loaded(builder);
    expect_gate(profile, &options,
                "4 timers were made, all in blocks that the program asked to ignore");
    options.allow_empty = true;
    expect_gate(profile, &options, NULL);
    profile_free(profile);
}

Test(unwatched, every_export_of_the_gate_tells)
{
    static const struct {
        gate_export *write;
        const char *part;
    } exports[] = {
        {junit_write, TOLD},
        {sarif_write, TOLD},
        {gitlab_write, TOLD},
        {annotations_write, "::notice title=timerleak::" TOLD "\n"},
        {markdown_write, "not watched: timers of timerfd, gotime, which "},
        {prometheus_write, "\ntimerleak_unwatched_processes{family=\"timerfd\"} 1\n"},
    };
    struct gate_options options = leaks_fail;
    struct gate gate;
    struct profile *profile = half_watched();
    options.families = 1u << TLK_POSIX;
    gate_judge(&gate, profile, &options, NULL, NULL);
    for (size_t i = 0; i < sizeof(exports) / sizeof(*exports); i++) {
        char *text = gate_text(exports[i].write, &gate);
        expect_part(text, exports[i].part);
        free(text);
    }
    gate_free(&gate);
    profile_free(profile);
}

Test(unwatched, a_baseline_keeps_what_it_has_of_families_that_were_not_asked_about)
{
    struct gate gate;
    struct gate_options options = leaks_fail;
    struct profile *profile = half_watched();
    struct baseline *baseline = baseline_new();
    const char *functions[] = {"timerfd_create", "main"};
    baseline_add(baseline, "0123456789abcdef", "timerfd", functions, 2);
    baseline_add(baseline, "0123456789abcdee", "posix", functions, 2);
    options.families = 1u << TLK_POSIX;
    gate_judge(&gate, profile, &options, NULL, baseline);
    struct baseline *old = gate_accept(&gate);
    cr_assert_eq(gate.baseline->count, 1);
    cr_expect_str_eq(gate.baseline->list[0].family, "timerfd");
    baseline_free(old);
    gate_free(&gate);
    profile_free(profile);
}

/* ---- beside the kernel ---- */

Test(unwatched, no_timer_of_theirs_is_missed_in_a_recording)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct profile *profile = half_watched();
    struct kernel_timers kernel;
    struct kernel_match comparison;
    cr_assert(kernel_timers_read(&kernel, getpid()));
    kernel_match_make(&comparison, profile, &kernel, getpid());
    cr_expect_eq(comparison.unrecorded_count, 0);
    cr_expect_eq(comparison.unwatched, 1);
    kernel_match_free(&comparison);
    free(kernel.timers);
    profile_free(profile);
    close(fd);
}
