/* What pprof's filters leave: samples, frames and totals. */
#include "loaded.h"
#include "profile/selection.h"
#include "shop.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct profile *profile;
static struct selection selection;
static struct selection_options options;

static void setup(void)
{
    profile = loaded(shop());
    options = (struct selection_options){.type = sample_find(NULL)};
}

static void teardown(void)
{
    profile_free(profile);
}

TestSuite(selection, .init = setup, .fini = teardown);

static void make(FILE *warnings)
{
    char error[ERROR_SIZE];
    cr_assert(selection_make(&selection, profile, &options, warnings, error), "%s", error);
}

static int64_t sum(void)
{
    int64_t values = 0;
    for (size_t i = 0; i < selection.count; i++)
        values += selection.samples[i].value;
    return values;
}

static void expect_left(int64_t left, int64_t total)
{
    make(NULL);
    cr_expect_eq(sum(), left, "%ld are left", (long)sum());
    cr_expect_eq(selection.total, total, "the total is %ld", (long)selection.total);
    selection_free(&selection);
}

/* How many frames all samples show that have this name. */
static size_t frames_of(const char *name)
{
    size_t frames = 0;
    for (size_t i = 0; i < selection.count; i++) {
        const struct selected *selected = &selection.samples[i];
        for (size_t j = 0; j < selected->depth; j++) {
            size_t count;
            const uint32_t *places =
                selection_places(&selection, selected_trace(selected)->locations[j], &count);
            for (size_t k = 0; k < count; k++)
                frames += strcmp(selection_place(&selection, places[k])->label, name) == 0;
        }
    }
    return frames;
}

Test(selection, all)
{
    expect_left(61, 61);
}

Test(selection, values_of_samples_are_those_of_sites)
{
    for (size_t i = 0; sample_at(i); i++) {
        options.type = sample_at(i);
        uint64_t counted = 0;
        for (size_t j = 0; j < profile->site_count; j++)
            counted += counts_value(&profile->sites[j]->counts, options.type);
        if (options.type->id != SAMPLE_WAKEUPS)
            expect_left((int64_t)counted, (int64_t)counted);
    }
}

Test(selection, focus_and_ignore)
{
    options.focus = "0x1000";
    expect_left(56, 61);
    options.ignore = "0x(2|9)000";
    expect_left(6, 61);
    options.relative_percentages = true;
    expect_left(6, 6);
}

Test(selection, focus_on_a_module)
{
    options.focus = "^/nowhere/shop$";
    expect_left(61, 61);
}

Test(selection, hidden_frames)
{
    options.hide = "0x4000";
    make(NULL);
    cr_expect_eq(sum(), 61);
    cr_expect_eq(frames_of("shop+0x4000"), 0);
    cr_expect_gt(frames_of("shop+0x3000"), 0);
    selection_free(&selection);
}

Test(selection, samples_without_a_frame_are_left_out)
{
    options.show = "0x4000";
    make(NULL);
    cr_expect_eq(sum(), 6);
    cr_expect_eq(frames_of("timerfd_create"), 0);
    selection_free(&selection);
}

Test(selection, nothing_above_show_from)
{
    options.show_from = "0x4000";
    make(NULL);
    cr_expect_eq(sum(), 6);
    cr_expect_eq(frames_of("shop+0x3000"), 0);
    cr_expect_eq(frames_of("shop+0x4000"), 3);
    selection_free(&selection);
}

Test(selection, tags)
{
    options.tagfocus = "verdict=held";
    expect_left(11, 61);
    options.tagfocus = "family:posix,held";
    expect_left(5, 61);
    options.tagfocus = "family=posix,timer";
    expect_left(61, 61);
    options.tagfocus = "state=never-stopped";
    options.tagignore = "interval=5s";
    expect_left(1, 61);
}

Test(selection, ranges_of_tags)
{
    options.tagfocus = "interval=1s:";
    expect_left(4, 61);
    options.tagfocus = "interval=:1s";
    expect_left(1, 61);
    options.tagfocus = "timeout=1s:10000s";
    expect_left(60, 61);
    options.tagfocus = "5000ms";
    expect_left(4, 61);
    options.tagfocus = "interval=5";
    expect_left(0, 61);
}

static void add_base(void)
{
    profile->base = true;
    loaded_add(profile, shop_later());
    profile->base = false;
}

Test(selection, a_base_is_taken_off)
{
    add_base();
    options.subtract = true;
    expect_left(61 - 91, 40);
}

Test(selection, percentages_of_a_base)
{
    add_base();
    expect_left(61 - 91, 91);
}

Test(selection, scaled_to_a_base)
{
    add_base();
    options.normalize = true;
    make(NULL);
    int64_t mine = 0;
    for (size_t i = 0; i < selection.count; i++)
        mine += selection.samples[i].sample ? selection.samples[i].value : 0;
    cr_expect_leq(llabs(mine - 91), (int64_t)selection.count, "%ld", (long)mine);
    selection_free(&selection);
}

Test(selection, a_base_changes_nothing_else)
{
    uint64_t live = profile->totals.live, sites = 0;
    add_base();
    for (size_t i = 0; i < profile->site_count; i++)
        sites += profile->sites[i]->parts > 0;
    cr_expect_eq(profile->totals.live, live);
    cr_expect_eq(sites, 5);
}

static char *warnings_of(const char *focus, const char *tagfocus)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    options.focus = focus;
    options.tagfocus = tagfocus;
    make(to);
    fclose(to);
    selection_free(&selection);
    return text;
}

Test(selection, what_matches_nothing_is_told)
{
    char *text = warnings_of("nobody", NULL);
    cr_expect_str_eq(text, "Focus expression matched no samples\n");
    free(text);
    text = warnings_of("0x1000", "age=1s:");
    cr_expect_str_eq(text, "tagfocus:Interpreted 'age=1s:' as range, not regexp\n");
    free(text);
}

Test(selection, no_regular_expression)
{
    char error[ERROR_SIZE];
    options.tagignore = "verdict=(";
    cr_expect_not(selection_make(&selection, profile, &options, NULL, error));
    cr_expect(strstr(error, "--tagignore: \"(\" is no regular expression"), "%s", error);
    selection_free(&selection);
}

Test(selection, rounded_labels)
{
    cr_expect_eq(sample_round_age(0), 0);
    cr_expect_eq(sample_round_age(1999), 1000);
    cr_expect_eq(sample_round_age(2000), 2000);
    cr_expect_eq(sample_round_age(4999), 2000);
    cr_expect_eq(sample_round_age(5000), 5000);
    cr_expect_eq(sample_round_age(9999), 5000);
    cr_expect_eq(sample_round_timeout(7), 7);
    cr_expect_eq(sample_round_timeout(29996), 30000);
    cr_expect_eq(sample_round_timeout(12499), 12000);
    cr_expect_eq(sample_round_timeout(12500), 13000);
}
