/*
 * The page's live timers one by one, and what it makes of those of a range or a process: it is what
 * timers, report --json, check and top say.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

/* A page in a browser, of recordings that are in a directory. */
struct paged {
    char *directory, *page;
    json_t *report;
    struct browser *browser; /* NULL: there is none here */
};

#define expect(paged, ...) browser_expect((paged)->browser, __VA_ARGS__)

static void record(const char *directory, const char *program)
{
    struct outcome outcome = run_preloaded(program, directory, NULL);

    cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", program, outcome.err);
    outcome_forget(&outcome);
}

/* What a command says of all recordings of the directory, on standard output. */
static char *said(const char *directory, const char *command)
{
    char *timerleak = built("timerleak");
    char *output =
        output_of(text_make("cd '%s' && '%s' %s *.tlk; :", directory, timerleak, command));

    free(timerleak);
    return output;
}

/* Commands run before there is a browser: they wait for all that is left behind. */
static struct paged paged_of(char *directory)
{
    struct paged paged = {.directory = directory, .page = text_make("%s/page.html", directory)};
    char *error = NULL;

    free(said(directory, "html -o page.html"));
    paged.report = report_read(directory, &error);
    cr_assert(paged.report, "%s", error);
    return paged;
}

static struct paged paged_make(const char *const *programs)
{
    char *directory = directory_make();

    for (; *programs; programs++)
        record(directory, *programs);
    return paged_of(directory);
}

static void forget(struct paged *paged)
{
    if (paged->browser) {
        cr_expect_str_empty(browser_errors(paged->browser));
        browser_close(paged->browser);
    }
    json_decref(paged->report);
    free(paged->page);
    directory_remove(paged->directory);
}

static void visit(const struct paged *paged, const char *hash)
{
    char *url = text_make("file://%s#%s", paged->page, hash);

    browser_visit(paged->browser, "about:blank");
    browser_visit(paged->browser, url);
    free(url);
}

#define BROWSE_OR_SKIP(paged, hash)                                                                \
    (paged).browser = browser_open((paged).directory);                                             \
    if (!(paged).browser) {                                                                        \
        forget(&(paged));                                                                          \
        cr_skip_test(NO_BROWSER);                                                                  \
    }                                                                                              \
    visit(&(paged), hash)

static long long total_of(const json_t *report, const char *key)
{
    return number_of(json_object_get(report, "totals"), key);
}

static const json_t *item(const json_t *report, const char *list, size_t i)
{
    return json_array_get(json_object_get(report, list), i);
}

static const char *const usual[] = {"leak_with_held_ticker", "leak_slow_among_heavy_traffic",
                                    "annotated_tags", "itimer_fires", NULL};

/* ---- the rows ---- */

/* Scrolls through all rows; of each, its cells without blanks. */
#define ALL_ROWS                                                                                   \
    "(async () => { const box = document.querySelector('#timers'), rows = new Map();"              \
    "const text = row => [...row.cells].map(cell => cell.textContent).join('').replace(/\\s/g, "   \
    "'');"                                                                                         \
    "for (let top = 0; ; top += 240) { box.scrollTop = top;"                                       \
    "for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);"                        \
    "for (const row of box.querySelectorAll('tbody tr[data-row]')) "                               \
    "rows.set(Number(row.ariaRowIndex), text(row));"                                               \
    "if (top >= box.scrollHeight) break; }"                                                        \
    "return [...rows].sort((a, b) => a[0] - b[0]).map(row => row[1] + '\\n').join(''); })()"

static char *without_blanks(const char *text)
{
    char *out = calloc(1, strlen(text) + 1), *end = out;

    for (; *text; text++) {
        if (*text != ' ')
            *end++ = *text;
    }
    return out;
}

Test(page_timers, rows_are_those_of_the_command_in_its_words_and_order, .timeout = 300)
{
    struct paged paged = paged_make(usual);
    char *timers = said(paged.directory, "timers");

    BROWSE_OR_SKIP(paged, "view=timers");
    char *rows = browser_value(paged.browser, ALL_ROWS);
    char *expected = without_blanks(strchr(from(timers, "PID"), '\n') + 1);
    cr_expect_str_eq(rows, expected);
    expect(&paged, total_of(paged.report, "live") + 1,
           "document.querySelector('#timers-table').ariaRowCount ?? "
           "document.querySelector('#timers-table').getAttribute('aria-rowcount')");
    free(rows);
    free(expected);
    free(timers);
    forget(&paged);
}

#define SHOWN_ROWS "[...document.querySelectorAll('#timers tbody tr[data-row]')]"
#define COLUMN(key)                                                                                \
    "[...document.querySelectorAll('#timers-table th')].findIndex(th => th.dataset.key === '" key  \
    "')"

Test(page_timers, rows_are_sorted_and_searched, .timeout = 300)
{
    struct paged paged = paged_make(usual);

    BROWSE_OR_SKIP(paged, "view=timers&timers=fired");
    browser_click(paged.browser, "#timers-table th[data-key=fired] button");
    expect(&paged, 1,
           "Number(document.querySelector('#timers-table th[data-key=fired]').ariaSort === "
           "'descending')");
    expect(&paged, 1,
           "(index => Number(" SHOWN_ROWS ".map(row => parseInt(row.cells[index].textContent))"
           ".every((value, i, all) => i === 0 || all[i - 1] >= value)))(" COLUMN("fired") ")");
    browser_click(paged.browser, "#timers-table th[data-key=site] button");
    expect(&paged, 1,
           "(index => Number(" SHOWN_ROWS ".map(row => row.cells[index].textContent)"
           ".every((value, i, all) => i === 0 || all[i - 1].localeCompare(value, 'en', { numeric: "
           "true }) <= 0)))(" COLUMN("site") ")");
    browser_key(paged.browser, "/");
    browser_type(paged.browser, "upstream");
    expect(&paged, 3, SHOWN_ROWS ".length");
    expect(&paged, 3, "parseInt(document.querySelector('#timers-info').textContent)");
    expect(&paged, 1, "Number(/search=upstream/.test(location.hash))");
    forget(&paged);
}

Test(page_timers, a_row_leads_to_its_finding_by_keyboard, .timeout = 300)
{
    struct paged paged = paged_make(usual);

    BROWSE_OR_SKIP(paged, "view=timers&search=serve");
    expect(&paged, 5, SHOWN_ROWS ".length");
    expect(&paged, 0, "(document.querySelector('#timers .to-site').focus(), 0)");
    browser_key(paged.browser, "ArrowDown");
    expect(&paged, 1, "document.activeElement.closest('tr').dataset.at");
    browser_key(paged.browser, "End");
    expect(&paged, 4, "document.activeElement.closest('tr').dataset.at");
    browser_click(paged.browser, "#timers .to-site");
    expect(&paged, 1, "Number(/view=findings|^#search=serve$/.test(location.hash))");
    expect(&paged, 1,
           "(details => Number(details.open && details.closest('article').querySelector('h3 code')"
           ".textContent === 'serve'))(document.activeElement.closest('details'))");
    forget(&paged);
}

Test(page_timers, a_hundred_thousand_are_sorted_and_searched, .timeout = 300)
{
    static const char *const many[] = {"gotime_many", NULL};
    struct paged paged = paged_make(many);

    BROWSE_OR_SKIP(paged, "view=timers&timers=-deadline");
    expect(&paged, 100000,
           "document.querySelector('#timers-table').getAttribute('aria-rowcount') - 1");
    expect(&paged, 1, "Number(document.querySelectorAll('#timers tr').length < 100)");
    browser_click(paged.browser, "#timers-table th[data-key=timer] button");
    browser_click(paged.browser, "#timers-table th[data-key=timer] button");
    expect(&paged, 1, "Number(" SHOWN_ROWS "[0].ariaRowIndex === '2')");
    expect(&paged, 100001,
           "(async () => { const box = document.querySelector('#timers'); box.scrollTop = 1e9;"
           "for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);"
           "return " SHOWN_ROWS ".at(-1).ariaRowIndex; })()");
    browser_click(paged.browser, "#search");
    browser_type(paged.browser, "start_ticker");
    expect(&paged, 50000,
           "document.querySelector('#timers-table').getAttribute('aria-rowcount') - 1");
    forget(&paged);
}

/* ---- a range of the run ---- */

#define NUMBER_IN(selector)                                                                        \
    "document.querySelector('" selector "').textContent.match(/[\\d,]+/)[0].replaceAll(',', '')"
#define ROOT "document.querySelector('.frame[aria-label^=\"all:\"]').ariaLabel"
#define ROOT_VALUE ROOT ".match(/: ([\\d,]+) /)[1].replaceAll(',', '')"

static long long sum_of_column(const struct paged *paged, const char *key)
{
    char *expression =
        text_make("(index => [...document.querySelectorAll('#sites-table tbody tr')].filter(row => "
                  "!row.hidden).reduce((sum, row) => sum + Math.max(0, "
                  "Number(row.cells[index].dataset.value)), 0))"
                  "([...document.querySelectorAll('#sites-table th')].findIndex(th => "
                  "th.dataset.key === '%s'))",
                  key);
    long long sum = browser_number(paged->browser, expression);

    free(expression);
    return sum;
}

/* How many live timers the range has: rows, and all that is added up from them agree. */
static long long check_range(const struct paged *paged, const char *scope)
{
    char *hash = text_make("view=timers&%s", scope);
    visit(paged, hash);
    free(hash);
    long long rows =
        browser_number(paged->browser,
                       "document.querySelector('#timers-table').getAttribute('aria-rowcount') - 1");

    expect(paged, rows, NUMBER_IN("#scope"));
    browser_click(paged->browser, "#tab-flame");
    expect(paged, rows, ROOT_VALUE);
    browser_click(paged->browser, "#tab-functions");
    expect(paged, rows,
           "[...document.querySelectorAll('#functions-table tbody tr')].reduce((sum, row) => sum + "
           "Number(row.cells[0].dataset.value), 0)");
    browser_click(paged->browser, "#tab-graph");
    expect(paged, rows,
           "Math.max(...[...document.querySelectorAll('.box')].map(box => "
           "Number(box.ariaLabel.match(/, ([\\d,]+)/)[1].replaceAll(',', ''))), 0)");
    browser_click(paged->browser, "#tab-sites");
    cr_expect_eq(sum_of_column(paged, "live"), rows);
    return rows;
}

Test(page_timers, a_range_rules_all_views_and_its_parts_make_the_whole, .timeout = 300)
{
    static const char *const ranges[] = {"range=0-9", "range=10-40", "range=41-63"};
    static const char *const states[] = {"never_armed", "never_fired", "never_stopped",
                                         "never_released"};
    struct paged paged = paged_make(usual);
    long long live = 0, by_state[4] = {0};

    BROWSE_OR_SKIP(paged, "");
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
        live += check_range(&paged, ranges[i]);
        for (size_t j = 0; j < 4; j++)
            by_state[j] += sum_of_column(&paged, states[j]);
    }
    cr_expect_eq(live, total_of(paged.report, "live"));
    for (size_t j = 0; j < 4; j++)
        cr_expect_eq(by_state[j], total_of(paged.report, states[j]), "%s", states[j]);
    expect(&paged, 1, "Number(document.querySelector('#type option[value=created]').disabled)");
    browser_click(paged.browser, "#whole");
    expect(&paged, 1, "Number(document.querySelector('#scope').hidden)");
    cr_expect_eq(sum_of_column(&paged, "created"), total_of(paged.report, "created"));
    forget(&paged);
}

/* In a range only findings that have a part in it are shown, with that part. */
Test(page_timers, findings_tell_their_part_of_a_range, .timeout = 300)
{
    struct paged paged = paged_make(usual);

    BROWSE_OR_SKIP(paged, "range=0-20");
    expect(&paged, 1,
           "Number([...document.querySelectorAll('#findings article')].every(article => "
           "article.hidden === !article.querySelector('.scoped')))");
    long long told = browser_number(
        paged.browser, "[...document.querySelectorAll('.scoped')].reduce((sum, part) => sum + "
                       "Number(part.textContent.match(/; ([\\d,]+)/)[1].replaceAll(',', '')), 0)");
    expect(&paged, told, NUMBER_IN("#scope"));
    forget(&paged);
}

Test(page_timers, a_range_is_dragged_and_moved_by_keys, .timeout = 300)
{
    struct paged paged = paged_make(usual);

    BROWSE_OR_SKIP(paged, "view=time");
    browser_drag(paged.browser, "#layers", 0.26, 0.51);
    expect(&paged, 1, "Number(/range=16-32/.test(location.hash))");
    expect(&paged, 0, "(document.querySelector('#range-from').focus(), 0)");
    browser_key(paged.browser, "ArrowRight");
    expect(&paged, 1, "Number(/range=17-32/.test(location.hash))");
    expect(&paged, 17, "document.activeElement.getAttribute('aria-valuenow')");
    expect(&paged, 0, "(document.querySelector('#range-to').focus(), 0)");
    browser_key(paged.browser, "End");
    expect(&paged, 1, "Number(/range=17-63/.test(location.hash))");
    browser_key(paged.browser, "Escape");
    expect(&paged, 0, "Number(/range=/.test(location.hash))");
    forget(&paged);
}

/* What is stacked is what all sites have. */
Test(page_timers, layers_add_up_to_all_sites, .timeout = 300)
{
    struct paged paged = paged_make(usual);

    BROWSE_OR_SKIP(paged, "view=time");
    expect(&paged, 1,
           "(() => { const { histories } = JSON.parse(document.querySelector('#data').textContent);"
           "const numbers = [...document.querySelectorAll('#legend .then')].map(each => "
           "Number(each.textContent.replaceAll(',', '').split('–').at(-1)));"
           "return Number(numbers.reduce((sum, number) => sum + number, 0) === "
           "histories[0].high.at(-1)); })()");
    expect(&paged, 1,
           "Number(document.querySelectorAll('#layers .layer').length === "
           "document.querySelectorAll('#legend li').length)");
    forget(&paged);
}

/* ---- processes ---- */

static const char *const thrice[] = {"leak_with_held_ticker", "leak_with_held_ticker",
                                     "leak_with_held_ticker", "leak_slow_among_heavy_traffic",
                                     NULL};

/* Row of the process in the table of a finding, which is there if others have the finding too. */
#define HOLDER                                                                                     \
    "[...document.querySelectorAll('#processes-%s tbody tr')].find(row => "                        \
    "row.cells[0].textContent "                                                                    \
    "=== '%lld').cells"

static void check_holder(const struct paged *paged, const json_t *alone, const json_t *site)
{
    static const char *const states[] = {"never_armed", "never_fired", "never_stopped",
                                         "never_released"};
    const char *id = text_of(site, "id"), *most = states[0];
    long long pid = number_of(item(alone, "processes", 0), "pid");

    for (size_t i = 1; i < 4; i++)
        most = number_of(site, states[i]) > number_of(site, most) ? states[i] : most;
    expect(paged, number_of(site, "live"), HOLDER "[5].textContent.replaceAll(',', '')", id, pid);
    expect(paged, 1, "Number(" HOLDER "[6].textContent === '%s'.replace('_', '-'))", id, pid, most);
    expect(paged, json_real_value(json_object_get(site, "growth_per_second")) > 0,
           "Number(" HOLDER "[7].textContent !== '–')", id, pid);
}

Test(page_timers, findings_tell_of_each_process_what_its_report_says, .timeout = 300)
{
    struct paged paged = paged_make(thrice);
    json_t *alone[4];
    char *error = NULL;

    for (size_t i = 0; i < 4; i++) {
        alone[i] = report_read(text_of(item(paged.report, "processes", i), "recording"), &error);
        cr_assert(alone[i], "%s", error);
    }
    BROWSE_OR_SKIP(paged, "");
    for (size_t i = 0; i < 4; i++) {
        size_t j;
        const json_t *site;
        char *scope = text_make("process=%zu", i);
        json_array_foreach(json_object_get(alone[i], "sites"), j, site)
        {
            if (strcmp(text_of(frame_of(site, 1), "function"), "main") == 0 &&
                number_of(site, "live") > 0)
                check_holder(&paged, alone[i], site);
        }
        cr_expect_eq(check_range(&paged, scope), total_of(alone[i], "live"));
        free(scope);
        json_decref(alone[i]);
    }
    browser_click(paged.browser, "#tab-findings");
    browser_click(paged.browser, "#whole");
    expect(&paged, 0, "(document.querySelector('details[id^=processes-]').open = true, 0)");
    browser_click(paged.browser, "[data-process=\"2\"]");
    expect(&paged, 1, "Number(/process=2/.test(location.hash))");
    forget(&paged);
}

/* ---- what is copied ---- */

static void check_copied(const struct paged *paged, const char *expected)
{
    char *copied = browser_value(paged->browser, "window.copied");

    cr_expect_str_eq(copied, expected);
    expect(paged, 1, "Number(document.querySelector('.copies output').textContent === 'copied')");
    free(copied);
}

#define CLIPBOARD(write)                                                                           \
    "(Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: "    \
    "async text => { " write " } } }), document.addEventListener('copy', () => { window.copied = " \
    "document.activeElement.value; }), 0)"

/* In the directory where the page was made. */
static void check_command(struct paged *paged, const char *command)
{
    cr_expect_str_empty(browser_errors(paged->browser));
    browser_close(paged->browser);
    paged->browser = NULL;
    char *timerleak = built("timerleak");
    *strrchr(timerleak, '/') = '\0';
    char *top = output_of(
        text_make("cd '%s' && PATH=\"%s:$PATH\" && %s", paged->directory, timerleak, command));
    expect_part(top, "focus=^serve$");
    expect_part(top, "Showing nodes accounting for 5, 100% of 5 total");
    free(top);
    free(timerleak);
}

Test(page_timers, a_rule_is_copied_as_check_prints_it_and_a_command_that_runs, .timeout = 300)
{
    static const char *const leak[] = {"leak_slow_among_heavy_traffic", NULL};
    struct paged paged = paged_make(leak);
    char *rule = said(paged.directory, "check --gen-suppressions 2>/dev/null");

    BROWSE_OR_SKIP(paged, "");
    expect(&paged, 0, CLIPBOARD("window.copied = text;"));
    browser_click(paged.browser, "#findings .copy");
    check_copied(&paged, rule);
    expect(&paged, 0, CLIPBOARD("throw new Error('there is none');"));
    expect(&paged, 0, "(window.copied = '', 0)");
    browser_click(paged.browser, "#findings .copy");
    check_copied(&paged, rule);
    browser_click(paged.browser, "#findings .copy[data-of-files]");
    char *command = browser_value(paged.browser, "window.copied");
    free(rule);
    check_command(&paged, command);
    forget(&paged);
    free(command);
}

/* ---- what others wrote stays text ---- */

#define HOSTILE "<img src=x onerror=document.title=1>\"'&amp;"

static void record_hostile(const char *directory)
{
    char *program = program_path("annotated_tags"),
         *link_path = text_make("%s/" HOSTILE, directory);
    char *shim = built("libtimerleak.so"), *preload = text_make("LD_PRELOAD=%s", shim);
    char *output = text_make("TIMERLEAK_OUTPUT=%s/%%p.tlk", directory);
    const char *const argv[] = {link_path, HOSTILE, NULL};
    const char *const environment[] = {preload, output, NULL};

    cr_assert_eq(link(program, link_path), 0);
    for (size_t i = 0; i < 2; i++) {
        struct outcome outcome = command_run(&(struct command){argv, environment, NULL});
        cr_assert_eq(outcome_code(&outcome), 0, "%s", outcome.err);
        outcome_forget(&outcome);
    }
    char *const texts[] = {program, link_path, shim, preload, output};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        free(texts[i]);
}

Test(page_timers, names_of_owners_and_processes_are_text, .timeout = 300)
{
    char *directory = directory_make();

    record_hostile(directory);
    struct paged paged = paged_of(directory);
    BROWSE_OR_SKIP(paged, "view=timers");
    expect(&paged, 2, SHOWN_ROWS ".filter(row => row.textContent.includes(`" HOSTILE "`)).length");
    expect(&paged, 2,
           "[...document.querySelectorAll('#process option')].filter(option => "
           "option.textContent.startsWith(`" HOSTILE "`)).length");
    expect(&paged, 2,
           "[...document.querySelector('details[id^=processes-] tbody').rows].filter(row => "
           "row.cells[1].textContent === `" HOSTILE "`).length");
    visit(&paged, "process=1");
    expect(&paged, 1,
           "Number(document.querySelector('#scope').textContent.includes(`" HOSTILE "`))");
    expect(&paged, 0, "document.querySelectorAll('img').length");
    forget(&paged);
}
