/*
 * The page of recordings beside a base: what it shows of each change is what report --json, diff
 * and top --base say.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"
#include "recordings.h"

struct compared {
    char *directory, *old, *new;
    json_t *before, *after;  /* what the report says of each */
    struct browser *browser; /* NULL: there is none here */
};

static char *said(const char *command, const char *option, const char *first, const char *second)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, command, option, first, second, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", command, outcome.err);
    char *text = strdup(outcome.out);
    outcome_forget(&outcome);
    free(timerleak);
    return text;
}

static void record_all(const char *directory, const char *const *programs)
{
    for (; *programs; programs++) {
        struct outcome outcome = run_preloaded(*programs, directory, NULL);
        cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", *programs, outcome.err);
        outcome_forget(&outcome);
    }
}

/* Commands run before there is a browser: they wait for all that is left behind. */
static void page_make(const struct compared *compared, const char *option)
{
    char *base = text_make("%s=%s", option, compared->old);
    char *page = text_make("-o=%s/%s.html", compared->directory, option);

    free(said("html", base, page, compared->new));
    free(base);
    free(page);
}

static void visit(const struct compared *compared, const char *option, const char *hash)
{
    char *url = text_make("file://%s/%s.html#%s", compared->directory, option, hash);

    browser_visit(compared->browser, url);
    free(url);
}

static struct compared compare(void)
{
    static const char *const old[] = {"leak_slow_among_heavy_traffic",
                                      "held_hundred_from_start",
                                      "held_hundred_from_start",
                                      "leak_with_held_ticker",
                                      "alarm_as_watchdog",
                                      "two_hundred_threads",
                                      NULL};
    static const char *const new[] = {"held_hundred_from_start",
                                      "leak_with_held_ticker",
                                      "leak_with_held_ticker",
                                      "deep_and_different_stacks",
                                      "alarm_as_watchdog",
                                      "two_hundred_threads",
                                      NULL};
    struct compared compared = {.directory = directory_make()};
    char *error = NULL;

    compared.old = directory_make();
    compared.new = directory_make();
    record_all(compared.old, old);
    record_all(compared.new, new);
    compared.before = report_read(compared.old, &error);
    compared.after = report_read(compared.new, &error);
    cr_assert(compared.before && compared.after, "%s", error);
    return compared;
}

static void forget(struct compared *compared)
{
    if (compared->browser) {
        cr_expect_str_empty(browser_errors(compared->browser));
        browser_close(compared->browser);
    }
    json_decref(compared->before);
    json_decref(compared->after);
    directory_remove(compared->directory);
    directory_remove(compared->old);
    directory_remove(compared->new);
}

#define BROWSE_OR_SKIP(compared)                                                                   \
    (compared).browser = browser_open((compared).directory);                                       \
    if (!(compared).browser) {                                                                     \
        forget(&(compared));                                                                       \
        cr_skip_test(NO_BROWSER);                                                                  \
    }

/* ---- what the reports say ---- */

static const json_t *site_of(const json_t *report, const char *id)
{
    size_t i;
    const json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        if (strcmp(text_of(site, "id"), id) == 0)
            return site;
    }
    return NULL;
}

static long long live_of(const json_t *report, const char *id)
{
    const json_t *site = site_of(report, id);
    return site ? number_of(site, "live") : 0;
}

static long long live_in_all(const json_t *report)
{
    size_t i;
    long long sum = 0;
    const json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i, site) sum += number_of(site, "live");
    return sum;
}

static const char *kind_of(long long before, long long after)
{
    if (before == after)
        return "same";
    if (before == 0 || after == 0)
        return before == 0 ? "new" : "gone";
    return after > before ? "grown" : "shrunk";
}

static const char *verdict_of(const json_t *report, const char *id)
{
    return live_of(report, id) > 0 ? text_of(site_of(report, id), "verdict") : "none live";
}

/* ---- findings ---- */

#define ARTICLE "document.getElementById('finding-%s').closest('article')"

static void check_finding(const struct compared *compared, const char *id)
{
    long long before = live_of(compared->before, id), after = live_of(compared->after, id);
    char *change = text_make(ARTICLE ".querySelector('.change').textContent", id);
    char *told = browser_value(compared->browser, change);
    char *expected = text_make("%s %s%lld live, from %lld to %lld; %s → %s", kind_of(before, after),
                               after > before ? "+" : "", after - before, before, after,
                               verdict_of(compared->before, id), verdict_of(compared->after, id));

    cr_expect_str_eq(told, expected);
    free(change);
    free(told);
    free(expected);
}

/* Those of either; returns how many are live in any. */
static size_t check_findings_of(const struct compared *compared, const json_t *report,
                                const json_t *other)
{
    size_t i, count = 0;
    const json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        const char *id = text_of(site, "id");
        if (number_of(site, "live") == 0 || (other && live_of(other, id) > 0))
            continue;
        check_finding(compared, id);
        count++;
    }
    return count;
}

#define KINDS "['new', 'grown', 'shrunk', 'gone', 'same']"

Test(compared, findings_come_by_what_became_of_them, .timeout = 120)
{
    struct compared compared = compare();
    char *diff = said("diff", "--nodecount=-1", compared.old, compared.new);
    page_make(&compared, "--base");
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "");
    size_t count = check_findings_of(&compared, compared.after, NULL) +
                   check_findings_of(&compared, compared.before, compared.after);
    char *heading = browser_value(
        compared.browser, "document.querySelector('.compared').textContent.match(/Sites: (.*)\\./)"
                          "[1]");

    browser_expect(compared.browser, (long long)count,
                   "document.querySelectorAll('#findings article').length");
    cr_expect(strstr(diff, heading), "%s is not in %s", heading, diff);
    browser_expect(compared.browser, 1,
                   "Number([...document.querySelectorAll('#findings article .kind')]"
                   ".map(each => " KINDS ".indexOf(each.textContent))"
                   ".every((kind, i, all) => i === 0 || all[i - 1] <= kind))");
    browser_expect(compared.browser, 5,
                   "new Set([...document.querySelectorAll('#findings article .kind')]"
                   ".map(each => each.textContent)).size");
    browser_expect(compared.browser, 0, "document.querySelectorAll('.processes li b').length - %zu",
                   json_array_size(json_object_get(compared.after, "processes")));
    free(diff);
    free(heading);
    forget(&compared);
}

/* ---- sites ---- */

Test(compared, sites_have_the_change_of_each, .timeout = 120)
{
    struct compared compared = compare();
    size_t i;
    const json_t *site;

    page_make(&compared, "--base");
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "view=sites");
    json_array_foreach(json_object_get(compared.after, "sites"), i, site)
    {
        const char *id = text_of(site, "id");
        browser_expect(compared.browser, number_of(site, "live") - live_of(compared.before, id),
                       "document.querySelector('tr[data-site=\"%s\"]').cells[2].dataset.value", id);
    }
    json_array_foreach(json_object_get(compared.before, "sites"), i, site)
    {
        const char *id = text_of(site, "id");
        if (number_of(site, "live") > 0 && !site_of(compared.after, id))
            browser_expect(compared.browser, -number_of(site, "live"),
                           "document.querySelector('tr[data-site=\"%s\"]').cells[2].dataset.value",
                           id);
    }
    browser_click(compared.browser, "#sites-table th[data-key=\"live_±\"] button");
    browser_expect(compared.browser, 1,
                   "Number([...document.querySelectorAll('#sites-table tbody tr')]"
                   ".map(row => Number(row.cells[2].dataset.value))"
                   ".every((value, i, all) => i === 0 || all[i - 1] >= value))");
    forget(&compared);
}

/* ---- functions ---- */

/* "flat flat% sum% cum cum% name", the row of a function that top prints. */
static void check_function(const struct compared *compared, const char *line)
{
    long long flat, cum;
    char flat_percent[16], cum_percent[16], name[256];

    if (sscanf(line, "%lld %15s %*s %lld %15s %255s", &flat, flat_percent, &cum, cum_percent,
               name) != 5 ||
        (flat == 0 && cum == 0))
        return;
    char *row = text_make(
        "(() => { const row = [...document.querySelectorAll('#functions-table tbody tr')].find(row "
        "=> row.querySelector('code').textContent === '%s'); return row ? [0, 1, 2, 3].map(i => "
        "row.cells[i].textContent).join(' ') : 'no row'; })()",
        name);
    char *expected = text_make("%s%lld %s %s%lld %s", flat > 0 ? "+" : "", flat, flat_percent,
                               cum > 0 ? "+" : "", cum, cum_percent);
    char *told = browser_value(compared->browser, row);
    cr_expect_str_eq(told, expected, "%s: %s, and not %s", name, told, expected);
    free(row);
    free(expected);
    free(told);
}

static char *top_of(const struct compared *compared, const char *option)
{
    char *base = text_make("%s=%s", option, compared->old);
    char *top = said("top", "--nodefraction=0", base, compared->new);

    free(base);
    return top;
}

static void check_functions(const struct compared *compared, const char *option, char *top)
{
    char *rest = NULL;
    size_t count = 0;

    visit(compared, option, "view=functions");
    char *table = strstr(top, "flat%");
    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        check_function(compared, line);
        count++;
    }
    cr_expect_gt(count, 5);
    free(top);
}

Test(compared, functions_are_those_of_top, .timeout = 120)
{
    struct compared compared = compare();
    char *base = top_of(&compared, "--base"), *diff_base = top_of(&compared, "--diff_base");

    page_make(&compared, "--base");
    page_make(&compared, "--diff_base");
    BROWSE_OR_SKIP(compared);
    check_functions(&compared, "--base", base);
    check_functions(&compared, "--diff_base", diff_base);
    forget(&compared);
}

/* ---- the flame graph ---- */

static void expect_label(const struct compared *compared, const char *name, long long before,
                         long long after)
{
    char *frame = text_make(
        "[...document.querySelectorAll('.frame')].find(each => each.ariaLabel.startsWith('%s:'))"
        ".ariaLabel",
        name);
    char *told = browser_value(compared->browser, frame);
    char *expected = text_make("%s: %s%lld live, %lld → %lld,", name, after > before ? "+" : "",
                               after - before, before, after);
    cr_expect(strstr(told, expected) == told, "%s, and not %s", told, expected);
    free(frame);
    free(told);
    free(expected);
}

/* The width of its parts in percent of the frame: +grown, -shrunk. */
#define PART                                                                                       \
    "(name => { const frame = [...document.querySelectorAll('.frame')].find("                      \
    "each => each.ariaLabel.startsWith(name + ':')), image = frame.style.backgroundImage;"         \
    "return Math.round(Number(image.match(/([\\d.]+)%%/g).map(parseFloat)[1])) * "                 \
    "(image.includes('--shrunk') ? -1 : 1); })"

#define WIDTH(name)                                                                                \
    "[...document.querySelectorAll('.frame')].find(each => each.ariaLabel.startsWith('" name       \
    ":')).getBoundingClientRect().width"

Test(compared, frames_are_as_wide_as_the_change_and_coloured_by_it, .timeout = 120)
{
    struct compared compared = compare();
    long long before = live_in_all(compared.before), after = live_in_all(compared.after);

    page_make(&compared, "--base");
    page_make(&compared, "--diff_base");
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "view=flame");
    expect_label(&compared, "all", before, after);
    expect_label(&compared, "serve", 5, 0);
    expect_label(&compared, "descend_and_keep", 0, 1);
    expect_label(&compared, "timer_create", 80, 160);
    browser_expect(compared.browser, -100, PART "('serve')");
    browser_expect(compared.browser, 100, PART "('timer_create')");
    /* 80 more of all that changed: the hundred and the ticker are made by functions of one name. */
    browser_expect(compared.browser, 80 * 1000 / (99 + 5 + 80 + 1),
                   "Math.floor(1000 * " WIDTH("timer_create") " / " WIDTH("all") ")");

    visit(&compared, "--diff_base", "view=flame");
    expect_label(&compared, "timer_create", 80, 160);
    browser_expect(compared.browser, 33, PART "('timer_create')");
    browser_expect(compared.browser, (80 + 160) * 1000 / (before + after),
                   "Math.floor(1000 * " WIDTH("timer_create") " / " WIDTH("all") ")");
    forget(&compared);
}

/* ---- the others ---- */

Test(compared, boxes_have_signs_and_time_says_what_it_is_of, .timeout = 120)
{
    struct compared compared = compare();

    page_make(&compared, "--base");
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "view=graph");
    browser_expect(compared.browser, 1,
                   "Number(document.querySelector('.box[data-name=timer_create]').ariaLabel"
                   ".includes('+80 '))");
    browser_expect(compared.browser, 1,
                   "Number(document.querySelector('.box[data-name=serve] rect').style.getProperty"
                   "Value('--colour') === 'var(--shrunk)')");
    browser_click(compared.browser, "#tab-time");
    browser_expect(compared.browser, 1,
                   "Number(document.querySelector('#timeline-note').textContent.includes('new "
                   "recordings alone'))");
    browser_expect(compared.browser, live_in_all(compared.after),
                   "document.querySelector('#timeline tbody tr').cells[4].textContent"
                   ".replaceAll(',', '')");
    forget(&compared);
}

/* A range of the run, or one process, has no base: it says so. */
Test(compared, what_is_in_scope_is_not_compared, .timeout = 120)
{
    struct compared compared = compare();

    page_make(&compared, "--base");
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "view=flame&process=0");
    browser_expect(compared.browser, 1,
                   "Number(document.querySelector('#scope-text').textContent.includes('not "
                   "compared with the base'))");
    browser_expect(compared.browser, 0,
                   "[...document.querySelectorAll('.frame')].filter(each => "
                   "/→/.test(each.ariaLabel)).length");
    browser_expect(compared.browser, 3, "document.querySelector('#colour').options.length");
    browser_click(compared.browser, "#tab-sites");
    browser_expect(compared.browser, 0,
                   "[...document.querySelectorAll('#sites-table tbody th')].filter(each => "
                   "!each.querySelector('details')).length");
    browser_click(compared.browser, "#whole");
    browser_click(compared.browser, "#tab-flame");
    browser_expect(compared.browser, 4, "document.querySelector('#colour').options.length");
    forget(&compared);
}

/* What is no different is no change: nothing is divided by nothing. */
Test(compared, what_is_the_same_has_no_change, .timeout = 120)
{
    struct compared compared = compare();
    char *old = compared.old;

    compared.old = compared.new;
    page_make(&compared, "--base");
    compared.old = old;
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "view=flame");
    browser_expect(compared.browser, 1,
                   "Number(document.querySelector('#flame-note').textContent === "
                   "'Nothing changed: live.')");
    browser_click(compared.browser, "#tab-functions");
    browser_expect(compared.browser, 0, "document.querySelectorAll('#functions-table td').length");
    browser_click(compared.browser, "#tab-graph");
    browser_click(compared.browser, "#tab-findings");
    browser_expect(compared.browser, 0,
                   "document.querySelectorAll('#findings article .change:not(.same)').length");
    forget(&compared);
}

/* The name of a program, and that of a folder: anyone may choose them. */
Test(compared, names_in_the_base_are_text, .timeout = 120)
{
    static const char name[] = "<img src=x onerror=document.title=1>\"'&amp;";
    struct compared compared = compare();
    char *program = program_path("leak_with_held_ticker");
    char *folder = text_make("%s/%s", compared.directory, name);
    char *hostile = text_make("%s/%s", folder, name), *shim = built("libtimerleak.so");
    char *preload = text_make("LD_PRELOAD=%s", shim);
    char *output = text_make("TIMERLEAK_OUTPUT=%s/hostile.tlk", folder), *old = compared.old;

    cr_assert_eq(mkdir(folder, 0700), 0);
    cr_assert_eq(link(program, hostile), 0);
    const char *const argv[] = {hostile, NULL}, *const environment[] = {preload, output, NULL};
    struct outcome outcome = command_run(&(struct command){argv, environment, NULL});
    compared.old = folder;
    page_make(&compared, "--base");
    compared.old = old;
    BROWSE_OR_SKIP(compared);
    visit(&compared, "--base", "");
    browser_expect(compared.browser, 0, "document.querySelectorAll('img').length");
    browser_expect(
        compared.browser, 2,
        "document.querySelector('.compared').textContent.split('<img src=x').length - 1");
    directory_remove(folder);
    outcome_forget(&outcome);
    char *const texts[] = {program, hostile, shim, preload, output};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        free(texts[i]);
    forget(&compared);
}
