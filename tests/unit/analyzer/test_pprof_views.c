/* pprof's views, to the letter: goldens that `go tool pprof` printed alike. */
#include "golden.h"
#include "shop.h"
#include "views/views.h"
#include "views/values.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct profile *profile;
static struct selection_options options;
static struct view view;

static void setup(void)
{
    setenv("TZ", "UTC", 1);
    profile = profile_new();
    profile->keep_histories = true;
    loaded_add(profile, shop());
    options = (struct selection_options){.type = sample_find(NULL)};
    view = (struct view){.unit = VALUE_MINIMUM,
                         .graph = {.nodefraction = 0.005, .edgefraction = 0.001}};
}

static void teardown(void)
{
    profile_free(profile);
}

static void expect_view(bool (*print)(FILE *to, const struct view *view), const char *golden)
{
    char error[ERROR_SIZE], *text;
    size_t size;
    struct selection selection;
    FILE *to = open_memstream(&text, &size);
    cr_assert(selection_make(&selection, profile, &options, NULL, error), "%s", error);
    view.selection = &selection;
    cr_expect(print(to, &view));
    fclose(to);
    expect_golden(golden, text);
    selection_free(&selection);
    free(text);
}

TestSuite(pprof_views, .init = setup, .fini = teardown);

Test(pprof_views, top)
{
    expect_view(view_top, "top");
}

Test(pprof_views, top_of_ages_by_cum)
{
    options.type = sample_find("age");
    view.graph.cum = true;
    view.graph.nodecount = 3;
    expect_view(view_top, "top_of_ages_by_cum");
}

Test(pprof_views, top_in_seconds_without_labels)
{
    options.type = sample_find("age");
    view.unit = "s";
    view.compact = true;
    expect_view(view_top, "top_in_seconds_without_labels");
}

Test(pprof_views, top_with_filters)
{
    options.focus = "shop\\+0x1000";
    options.hide = "shop.0x3000";
    options.tagignore = "verdict=held";
    expect_view(view_top, "top_with_filters");
}

Test(pprof_views, top_by_address)
{
    options.granularity = GRANULARITY_ADDRESSES;
    expect_view(view_top, "top_by_address");
}

Test(pprof_views, top_by_file)
{
    options.granularity = GRANULARITY_FILES;
    expect_view(view_top, "top_by_file");
}

Test(pprof_views, tree)
{
    expect_view(view_tree, "tree");
}

Test(pprof_views, tree_trimmed)
{
    view.graph.nodefraction = 0.2;
    view.graph.edgefraction = 0.2;
    expect_view(view_tree, "tree_trimmed");
}

Test(pprof_views, peek)
{
    char error[ERROR_SIZE];
    struct pattern symbol;
    cr_assert(pattern_compile(&symbol, "peek", "0x(1|4)000$", error));
    view.symbol = &symbol;
    view.graph = (struct graph_options){0};
    expect_view(view_tree, "peek");
    pattern_free(&symbol);
}

Test(pprof_views, traces)
{
    options.zeros = true;
    expect_view(view_traces, "traces");
}

Test(pprof_views, tags)
{
    options.zeros = true;
    expect_view(view_tags, "tags");
}

Test(pprof_views, tags_of_ages)
{
    options.zeros = true;
    options.type = sample_find("age");
    expect_view(view_tags, "tags_of_ages");
}

static void add_base(void)
{
    profile->base = true;
    loaded_add(profile, shop_later());
    profile->base = false;
}

Test(pprof_views, top_without_a_base)
{
    add_base();
    options.subtract = true;
    expect_view(view_top, "top_without_a_base");
}

Test(pprof_views, traces_beside_a_base)
{
    add_base();
    options.zeros = true;
    options.focus = "0x5000";
    expect_view(view_traces, "traces_beside_a_base");
}

Test(pprof_views, a_symbol_that_matches_nothing)
{
    struct pattern symbol = {.set = true, .literal = "nowhere to be found"};
    char error[ERROR_SIZE], *text;
    size_t size;
    struct selection selection;
    FILE *to = open_memstream(&text, &size);
    cr_assert(selection_make(&selection, profile, &options, NULL, error));
    view.selection = &selection;
    view.symbol = &symbol;
    cr_expect_not(view_tree(to, &view));
    cr_expect_not(view_list(to, &view));
    fclose(to);
    cr_expect_str_empty(text);
    selection_free(&selection);
    free(text);
}

static void growth(FILE *to, struct profile *of)
{
    growth_print(to, of, 2);
}

Test(pprof_views, growth)
{
    char *text = printed(growth, profile);
    expect_golden("growth", text);
    free(text);
}

static void wakeups(FILE *to, struct profile *of)
{
    wakeups_print(to, of, -1);
}

static void one_wakeup(FILE *to, struct profile *of)
{
    struct counts totals = of->totals;
    of->totals.fired = 1;
    wakeups_print(to, of, -1);
    of->totals = totals;
}

Test(pprof_views, one_expiration_is_no_plural)
{
    char *text = printed(one_wakeup, profile);
    cr_expect_not_null(strstr(text, "; 1 expiration in all\n"), "%s", text);
    free(text);
}

static void unknown_wakeups(FILE *to, struct profile *of)
{
    struct counts totals = of->totals;
    of->totals.fired_unknown = 2;
    wakeups_print(to, of, -1);
    of->totals = totals;
}

Test(pprof_views, wakeups_that_nobody_can_count_are_told)
{
    char *text = printed(unknown_wakeups, profile);
    cr_expect_not_null(strstr(text, "not counted: 2 armings of timers on CPU clocks"), "%s", text);
    free(text);
}

Test(pprof_views, wakeups)
{
    char *text = printed(wakeups, profile);
    expect_golden("wakeups", text);
    free(text);
}

static void diff(FILE *to, struct profile *of)
{
    char error[ERROR_SIZE];
    struct selection selection;
    options.zeros = true;
    cr_assert(selection_make(&selection, of, &options, NULL, error));
    diff_print(to, &selection, VALUE_MINIMUM, -1);
    selection_free(&selection);
}

Test(pprof_views, diff)
{
    add_base();
    char *text = printed(diff, profile);
    expect_golden("diff", text);
    free(text);
}
