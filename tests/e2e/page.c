/*
 * The page in a browser: it is clicked, typed into, zoomed and sorted, and what it then shows is
 * what report --json says.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"
#include "recordings.h"

/* Some recordings, what the report says of them all, and a browser that shows the page of them. */
struct shown {
    char *directory;
    json_t *report;
    struct browser *browser; /* NULL: there is none here */
};

static void record(const char *program, const char *directory)
{
    struct outcome outcome = run_preloaded(program, directory, NULL);

    cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", program, outcome.err);
    outcome_forget(&outcome);
}

/* The page of all recordings there; its path, which the caller frees. */
static char *page_make(const char *directory)
{
    char *timerleak = built("timerleak"), *page = text_make("%s/report.html", directory);
    const char *const argv[] = {timerleak, "html", "-o", page, directory, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_assert_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    outcome_forget(&outcome);
    free(timerleak);
    return page;
}

/* Programs that create so many timers however fast the machine is: what is small is not drawn. */
static struct shown show(void)
{
    struct shown shown = {.directory = directory_make()};
    char *error = NULL;

    record("leak_with_held_ticker", shown.directory);
    record("leak_slow_among_heavy_traffic", shown.directory);
    record("two_hundred_threads", shown.directory);
    record("itimer_fires", shown.directory);
    shown.report = report_read(shown.directory, &error);
    cr_assert(shown.report, "%s", error);
    char *page = page_make(shown.directory), *url = text_make("file://%s", page);
    shown.browser = browser_open(shown.directory);
    if (shown.browser)
        browser_visit(shown.browser, url);
    free(page);
    free(url);
    return shown;
}

static void forget(struct shown *shown)
{
    if (shown->browser) {
        cr_expect_str_empty(browser_errors(shown->browser));
        browser_close(shown->browser);
    }
    json_decref(shown->report);
    directory_remove(shown->directory);
}

#define SHOW_OR_SKIP(shown)                                                                        \
    struct shown shown = show();                                                                   \
    if (!(shown).browser) {                                                                        \
        forget(&(shown));                                                                          \
        cr_skip_test(NO_BROWSER);                                                                  \
    }

#define expect(shown, ...) browser_expect((shown)->browser, __VA_ARGS__)

/* Sum of a count over the sites whose leaf is that function; of all sites for NULL. */
static long long sum_of(const json_t *report, const char *key, const char *leaf)
{
    long long sum = 0;
    size_t i;
    const json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i,
                       site) if (!leaf || strcmp(text_of(frame_of(site, 0), "function"), leaf) == 0)
        sum += number_of(site, key);
    return sum;
}

/* ---- sites ---- */

static void check_site(const struct shown *shown, const json_t *site)
{
    static const char *const keys[] = {
        "live",    "created",     "released",    "peak",          "armed",         "fired",
        "stopped", "never_armed", "never_fired", "never_stopped", "never_released"};
    const char *id = text_of(site, "id");

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        expect(shown, number_of(site, keys[i]),
               "document.querySelector('tr[data-site=\"%s\"]').cells[[...document.querySelectorAll("
               "'#sites-table thead th')].findIndex(th => th.dataset.key === '%s')].dataset.value",
               id, keys[i]);
    expect(shown, 1,
           "Number(document.querySelector('tr[data-site=\"%s\"] td').textContent === '%s')", id,
           text_of(site, "verdict"));
}

#define VISIBLE_ROWS                                                                               \
    "[...document.querySelectorAll('#sites-table tbody tr')].filter(r => !r.hidden)"

static void check_sorted(const struct shown *shown, const char *operator)
{
    expect(shown, 1,
           "Number(" VISIBLE_ROWS ".map(row => Number(row.cells[4].dataset.value))"
           ".every((value, i, all) => i === 0 || all[i - 1] %s value))",
           operator);
}

Test(page, sites_sort_and_filter, .timeout = 300)
{
    SHOW_OR_SKIP(shown);
    size_t i;
    const json_t *site;

    browser_click(shown.browser, "#tab-sites");
    expect(&shown, 0, "Number(document.querySelector('#view-sites').hidden)");
    expect(&shown, 1, "Number(document.querySelector('#view-findings').hidden)");
    json_array_foreach(json_object_get(shown.report, "sites"), i, site) check_site(&shown, site);
    expect(&shown, (long long)i, VISIBLE_ROWS ".length");

    browser_click(shown.browser, "#sites-table th[data-key=created] button");
    check_sorted(&shown, ">=");
    browser_click(shown.browser, "#sites-table th[data-key=created] button");
    check_sorted(&shown, "<=");

    browser_key(shown.browser, "/");
    browser_type(shown.browser, "serve|main.*ticker");
    expect(&shown, 3, VISIBLE_ROWS ".length");
    expect(&shown, 5 + 80 + 1,
           VISIBLE_ROWS ".reduce((sum, row) => sum + Number(row.cells[3].dataset.value), 0)");
    forget(&shown);
}

/* ---- findings ---- */

Test(page, findings_are_those_of_the_report_in_its_order, .timeout = 300)
{
    SHOW_OR_SKIP(shown);
    size_t i, findings = 0;
    const json_t *site;

    json_array_foreach(json_object_get(shown.report, "sites"), i, site)
    {
        if (strcmp(text_of(site, "verdict"), "clean") == 0)
            continue;
        char *why = text_make("document.querySelectorAll('#findings article')[%zu]"
                              ".querySelector('.why').textContent.replace(/^pid \\d+: /, '')",
                              findings);
        char *told = browser_value(shown.browser, why);
        cr_expect_str_eq(told, text_of(site, "why"));
        expect(&shown, 1,
               "Number(document.querySelectorAll('#findings article')[%zu].querySelector('h3').id "
               "=== 'finding-%s')",
               findings++, text_of(site, "id"));
        free(why);
        free(told);
    }
    expect(&shown, (long long)findings, "document.querySelectorAll('#findings article').length");
    expect(&shown, 0, "performance.getEntriesByType('resource').length");
    forget(&shown);
}

/* ---- the flame graph ---- */

#define FRAME(name) ".frame[aria-label^=\\\"" name ":\\\"]"
#define FRAME_SELECTOR(name) ".frame[aria-label^=\"" name ":\"]"
#define VALUE_OF(selector)                                                                         \
    "document.querySelector(\"" selector "\").ariaLabel.match(/: ([\\d,]+) /)[1].replaceAll(',', " \
    "'')"

static void choose_type(const struct shown *shown, const char *type)
{
    expect(shown, 1,
           "(() => { const types = document.querySelector('#type'); types.value = '%s';"
           "types.dispatchEvent(new Event('change')); return Number(types.value === '%s'); })()",
           type, type);
}

static void check_zoom(const struct shown *shown)
{
    expect(shown, 0,
           "Number(document.querySelector(\"" FRAME(
               "serve") "\").clientWidth > "
                        "document.querySelector('#flame').clientWidth / 2)");
    browser_click(shown->browser, FRAME_SELECTOR("serve"));
    expect(shown, 1,
           "Number(document.querySelector(\"" FRAME(
               "serve") "\").clientWidth > "
                        "document.querySelector('#flame').clientWidth - 3)");
    expect(shown, 1, "Number(/zoom=\\d+/.test(location.hash))");
    expect(shown, 0, "document.querySelectorAll(\"" FRAME("timer_create") "\").length");
    browser_click(shown->browser, "#reset");
    expect(shown, 1, "document.querySelectorAll(\"" FRAME("timer_create") "\").length");
}

static void check_keys(const struct shown *shown)
{
    browser_click(shown->browser, FRAME_SELECTOR("all"));
    browser_key(shown->browser, "ArrowDown");
    expect(shown, 2, "document.activeElement.ariaLevel");
    browser_key(shown->browser, "Enter");
    expect(shown, 1, "Number(/zoom=[1-9]/.test(location.hash))");
    browser_key(shown->browser, "Escape");
    expect(shown, 0, "Number(/zoom=[1-9]/.test(location.hash))");
}

static void check_inverted(const struct shown *shown, const char *key)
{
    static const char *const leaves[] = {"timer_create", "timerfd_create"};

    browser_click(shown->browser, "#invert");
    expect(shown, sum_of(shown->report, key, NULL), VALUE_OF(FRAME("all")));
    for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++)
        expect(shown, sum_of(shown->report, key, leaves[i]),
               "(() => { const frame = [...document.querySelectorAll('.frame[aria-level=\"2\"]')]"
               ".find(each => each.ariaLabel.startsWith('%s:'));"
               "return frame ? frame.ariaLabel.match(/: ([\\d,]+) /)[1].replaceAll(',', '') : 0; "
               "})()",
               leaves[i]);
    browser_click(shown->browser, "#invert");
}

Test(page, flame_graph_zooms_searches_switches_and_inverts, .timeout = 300)
{
    SHOW_OR_SKIP(shown);

    browser_click(shown.browser, "#tab-flame");
    expect(&shown, sum_of(shown.report, "live", NULL), VALUE_OF(FRAME("all")));
    expect(&shown, 5, VALUE_OF(FRAME("serve")));
    check_zoom(&shown);
    check_keys(&shown);
    check_inverted(&shown, "live");

    choose_type(&shown, "created");
    expect(&shown, sum_of(shown.report, "created", NULL), VALUE_OF(FRAME("all")));
    expect(&shown, 20000, VALUE_OF(FRAME("serve")));
    check_inverted(&shown, "created");

    browser_click(shown.browser, "#search");
    browser_type(shown.browser, "serve");
    expect(&shown, 1, "document.querySelectorAll('.frame.match').length");
    expect(&shown, 20000,
           "document.querySelector('#flame-matched').textContent.match(/: ([\\d,]+)/)[1]"
           ".replaceAll(',', '')");
    forget(&shown);
}

/* A frame that is replaced between the press and the release of a button is not clicked. */
Test(page, flame_graph_is_not_drawn_again_once_it_is_shown, .timeout = 300)
{
    SHOW_OR_SKIP(shown);

    expect(&shown, 1,
           "(async () => { document.querySelector('#tab-flame').click();"
           "const frame = document.querySelector('.frame');"
           "for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);"
           "return Number(frame.isConnected); })()");
    forget(&shown);
}

/* ---- the others ---- */

Test(page, functions_and_call_graph_add_up_the_sites, .timeout = 300)
{
    static const char *const leaves[] = {"timer_create", "timerfd_create"};
    SHOW_OR_SKIP(shown);

    choose_type(&shown, "created");
    browser_click(shown.browser, "#tab-functions");
    for (size_t i = 0; i < 2; i++)
        expect(&shown, sum_of(shown.report, "created", leaves[i]),
               "[...document.querySelectorAll('#functions-table tbody tr')].find(row => "
               "row.querySelector('code').textContent === '%s').cells[0].dataset.value",
               leaves[i]);
    browser_click(shown.browser, "#tab-graph");
    for (size_t i = 0; i < 2; i++)
        expect(&shown, sum_of(shown.report, "created", leaves[i]),
               "document.querySelector('.box[data-name=%s]').ariaLabel.match(/, ([\\d,]+)/)[1]"
               ".replaceAll(',', '')",
               leaves[i]);
    expect(&shown, 1, "Number(document.querySelectorAll('.edge').length > 3)");
    forget(&shown);
}

Test(page, histories_end_with_what_is_live, .timeout = 300)
{
    SHOW_OR_SKIP(shown);
    size_t i;
    const json_t *site;

    browser_click(shown.browser, "#tab-time");
    expect(&shown, sum_of(shown.report, "live", NULL),
           "document.querySelector('#timeline tbody tr').cells[4].textContent.replaceAll(',', '')");
    json_array_foreach(json_object_get(shown.report, "sites"), i, site)
        expect(&shown, number_of(site, "live"),
               "document.querySelectorAll('#timeline tbody tr')[%zu].cells[4].textContent"
               ".replaceAll(',', '')",
               i + 1);
    expect(
        &shown, 0,
        "(() => { const moment = document.querySelector('#moment'); moment.value = 0;"
        "moment.dispatchEvent(new Event('input'));"
        "return Number(document.querySelector('#timeline .then').textContent.split('–')[0]); })()");
    forget(&shown);
}

/* What can be handed on shows the same again; light and dark differ. */
Test(page, address_says_what_is_shown, .timeout = 300)
{
    SHOW_OR_SKIP(shown);
    char *page = text_make("file://%s/report.html", shown.directory);
    char *dark = text_make("%s#view=flame&type=created&search=serve&theme=dark", page);

    char *light = browser_value(shown.browser, "getComputedStyle(document.body).backgroundColor");
    browser_visit(shown.browser, "about:blank");
    browser_visit(shown.browser, dark);
    char *now = browser_value(shown.browser, "getComputedStyle(document.body).backgroundColor");
    cr_expect_str_neq(light, now);
    expect(&shown, 0, "Number(document.querySelector('#view-flame').hidden)");
    expect(&shown, 20000, VALUE_OF(FRAME("serve")));
    expect(&shown, 1, "document.querySelectorAll('.frame.match').length");
    free(page);
    free(dark);
    free(light);
    free(now);
    forget(&shown);
}

/* The name of a program is the least that anyone may choose. */
Test(page, names_are_text, .timeout = 300)
{
    static const char name[] = "<img src=x onerror=document.title=1>\"'&amp;";
    char *directory = directory_make(), *program = program_path("leak_with_held_ticker");
    char *hostile = text_make("%s/%s", directory, name), *shim = built("libtimerleak.so");
    char *preload = text_make("LD_PRELOAD=%s", shim);
    char *output = text_make("TIMERLEAK_OUTPUT=%s/hostile.tlk", directory);

    cr_assert_eq(link(program, hostile), 0);
    const char *const argv[] = {hostile, NULL}, *const environment[] = {preload, output, NULL};
    struct outcome outcome = command_run(&(struct command){argv, environment, NULL});
    char *page = page_make(directory), *url = text_make("file://%s", page);
    struct browser *browser = browser_open(directory);
    if (!browser) {
        directory_remove(directory);
        cr_skip_test(NO_BROWSER);
    }
    browser_visit(browser, url);
    char *heading = browser_value(browser, "document.querySelector('h1').textContent");
    cr_expect(strncmp(heading, name, strlen(name)) == 0, "the heading is %s", heading);
    cr_expect_eq(browser_number(browser, "document.querySelectorAll('img').length"), 0);
    cr_expect_str_empty(browser_errors(browser));
    browser_close(browser);
    outcome_forget(&outcome);
    char *const texts[] = {program, hostile, shim, preload, output, page, url, heading};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        free(texts[i]);
    directory_remove(directory);
}
