/*
 * How the page looks: colours that text can be read on, frames of a thousand sites, headers and
 * widths.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"

struct looked_at {
    char *directory, *page;
    struct browser *browser; /* NULL: there is none here */
};

static void run(const char *const *argv)
{
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_assert_eq(outcome_code(&outcome), 0, "%s: %s", argv[0], outcome.err);
    outcome_forget(&outcome);
}

/* Stacks of functions of the shim, which are a thousand sites with ten live timers each. */
static char *thousand_sites(const char *directory)
{
    char *generate = built("bench/generate"), *library = built("libtimerleak.so");
    char *recording = text_make("%s/thousand.tlk", directory);

    run((const char *const[]){generate, recording, library, "1000", "20", "10000", NULL});
    free(generate);
    free(library);
    return recording;
}

/* With programs of some findings beside a base, or without both. */
static struct looked_at page_of(bool compared)
{
    struct looked_at shown = {.directory = directory_make()};
    char *timerleak = built("timerleak"), *recording = thousand_sites(shown.directory);

    shown.page = text_make("%s/report.html", shown.directory);
    if (compared) {
        struct outcome held = run_preloaded("leak_with_held_ticker", shown.directory, NULL);
        outcome_forget(&held);
        run((const char *const[]){timerleak, "html", "--diff_base", recording, "-o", shown.page,
                                  shown.directory, NULL});
    } else {
        run((const char *const[]){timerleak, "html", "-o", shown.page, recording, NULL});
    }
    free(timerleak);
    free(recording);
    return shown;
}

static void forget(struct looked_at *shown)
{
    if (shown->browser) {
        cr_expect_str_empty(browser_errors(shown->browser));
        browser_close(shown->browser);
    }
    free(shown->page);
    directory_remove(shown->directory);
}

static void visit(const struct looked_at *shown, const char *hash)
{
    char *url = text_make("file://%s#%s", shown->page, hash);

    browser_visit(shown->browser, url);
    free(url);
}

#define BROWSE_OR_SKIP(shown)                                                                      \
    (shown).browser = browser_open((shown).directory);                                             \
    if (!(shown).browser) {                                                                        \
        forget(&(shown));                                                                          \
        cr_skip_test(NO_BROWSER);                                                                  \
    }

/* Shows what an address says, when all is drawn. */
#define SHOW                                                                                       \
    "const show = hash => new Promise(shown => { if (location.hash === '#' + hash) return "        \
    "shown();"                                                                                     \
    "addEventListener('hashchange', () => setTimeout(shown), { once: true });"                     \
    "location.hash = hash; });"

/* ---- contrast, as WCAG computes it ---- */

#define CONTRAST                                                                                                                                      \
    "const parse = text => { const numbers = text.match(/[\\d.]+/g).map(Number);"                                                                     \
    "return text.startsWith('color(srgb') ? numbers.map((n, i) => i < 3 ? 255 * n : n) : "                                                            \
    "numbers; };"                                                                                                                                     \
    "const opaque = colour => colour.length < 4 || colour[3] === 1;"                                                                                  \
    "const light = colour => { const [r, g, b] = colour.map(c => (c /= 255) <= 0.04045 ? "                                                            \
    "c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };"                                                      \
    "const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((a, b) => b - a);"                                                         \
    "return (x + 0.05) / (y + 0.05); };"                                                                                                              \
    "const colours = text => (text.match(/(rgba?|color)\\([^)]*\\)/g) ?? []).map(parse);" /* What                                                     \
                                                                                             may                                                      \
                                                                                             be                                                       \
                                                                                             behind                                                   \
                                                                                             an                                                       \
                                                                                             element:                                                 \
                                                                                             all                                                      \
                                                                                             colours                                                  \
                                                                                             of                                                       \
                                                                                             its                                                      \
                                                                                             image,                                                   \
                                                                                             and                                                      \
                                                                                             of                                                       \
                                                                                             what                                                     \
                                                                                             shows                                                    \
                                                                                             through.                                                 \
                                                                                           */                                                         \
    "const behind = element => { const found = [];"                                                                                                   \
    "const box = element.closest('.box');"                                                                                                            \
    "if (box) return [parse(getComputedStyle(box.querySelector('rect')).fill)];"                                                                      \
    "for (; element; element = element.parentElement) { const style = getComputedStyle(element);"                                                     \
    "const parts = colours(style.backgroundImage); found.push(...parts.filter(opaque));"                                                              \
    "if (parts.length > 0 && parts.every(opaque)) return found;"                                                                                      \
    "const back = parse(style.backgroundColor); if (opaque(back)) return [...found, back]; }"                                                         \
    "return [...found, [255, 255, 255]]; };"                                                                                                          \
    "const faded = element => { for (; element; element = element.parentElement)"                                                                     \
    " if (getComputedStyle(element).opacity !== '1') return true; return false; };"                                                                   \
    "const bad = (element, colour) => faded(element) || behind(element).some("                                                                        \
    "back => contrast(parse(colour), back) < 4.5);"                                                                                                   \
    "const unreadable = () => { const walker = document.createTreeWalker(document.body, "                                                             \
    "NodeFilter.SHOW_TEXT), found = [];"                                                                                                              \
    "while (walker.nextNode()) { const text = walker.currentNode, element = text.parentElement;"                                                      \
    "if (!text.data.trim() || element.closest('script, option, title') || "                                                                           \
    "!element.checkVisibility({ visibilityProperty: true })) continue; seen++;"                                                                       \
    "const style = getComputedStyle(element);"                                                                                                        \
    "if (bad(element, element.closest('svg') ? style.fill : style.color))"                                                                            \
    " found.push(text.data.slice(0, 40)); }"                                                                                                          \
    "for (const input of document.querySelectorAll('input[type=search]'))"                                                                            \
    " if (bad(input, getComputedStyle(input, '::placeholder').color)) found.push('placeholder');" /* Whatever may stand on a colour of the legend. */ \
    "const ink = parse(getComputedStyle(document.querySelector('.frame:not(.plain)') ?? "                                                             \
    "document.body).color);"                                                                                                                          \
    "for (const swatch of document.querySelectorAll('#flame-key .swatch'))"                                                                           \
    " if (contrast(ink, parse(getComputedStyle(swatch).backgroundColor)) < 4.5)"                                                                      \
    " found.push(`on ${swatch.nextSibling.data}`);"                                                                                                   \
    "return found; }; let seen = 0;"

/* "theme=dark: ..." for each view in which some text can't be read. */
#define UNREADABLE(hashes)                                                                         \
    "(async () => {" SHOW CONTRAST "const told = [];"                                              \
    "for (const theme of ['light', 'dark']) for (const hash of " hashes ") {"                      \
    "await show(`theme=${theme}&${hash}`);"                                                        \
    "const found = unreadable();"                                                                  \
    "if (found.length > 0) told.push(`${theme} ${hash}: ${found.slice(0, 3).join(' | ')}`); }"     \
    "if (seen < 200) told.push(`there were ${seen} texts`); return told.join('\\n'); })()"

#define TABS "[...document.querySelectorAll('[role=tab]')].map(tab => tab.id.slice(4))"
#define COLOURS "[...document.querySelector('#colour').options].map(each => each.value)"

static void expect_readable(const struct looked_at *shown, const char *expression)
{
    char *told = browser_value(shown->browser, expression);

    cr_expect_str_empty(told, "%s", told);
    free(told);
}

Test(looks, all_text_can_be_read_in_both_themes, .timeout = 300)
{
    struct looked_at shown = page_of(true);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "");
    expect_readable(&shown, UNREADABLE(TABS ".map(view => `view=${view}`)"));
    expect_readable(&shown, UNREADABLE("['flame', 'graph', 'functions']"
                                       ".map(view => `view=${view}&search=start|main`)"));
    forget(&shown);
}

Test(looks, frames_can_be_read_in_every_colour, .timeout = 300)
{
    struct looked_at shown = page_of(true);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame");
    browser_expect(shown.browser, 4, COLOURS ".length");
    expect_readable(&shown,
                    UNREADABLE(COLOURS ".flatMap(colour => ['live', 'created'].map("
                                       "type => `view=flame&colour=${colour}&type=${type}`))"));
    forget(&shown);
}

/* ---- colours ---- */

/* As if each function were of a module of its own: as many hues as there are functions. */
static void give_modules(const struct looked_at *shown)
{
    const char *const argv[] = {"/bin/cat", shown->page, NULL};
    struct outcome page = command_run(&(struct command){.argv = argv});
    const char *start = strstr(page.out, "id=\"data\">") + strlen("id=\"data\">");
    const char *end = strstr(start, "</script>");
    json_t *data = json_loadb(start, (size_t)(end - start), 0, NULL);
    json_t *numbers = json_array(), *names = json_array();
    size_t count = json_array_size(json_object_get(data, "names"));

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(numbers, json_integer((json_int_t)i));
        json_array_append_new(names, json_sprintf("lib%zu.so", i));
    }
    json_object_set_new(data, "module", numbers);
    json_object_set_new(data, "modules", names);
    FILE *to = fopen(shown->page, "w");
    fwrite(page.out, 1, (size_t)(start - page.out), to);
    json_dumpf(data, to, JSON_COMPACT);
    fputs(end, to);
    fclose(to);
    json_decref(data);
    outcome_forget(&page);
}

Test(looks, every_hue_of_a_module_can_be_read, .timeout = 300)
{
    struct looked_at shown = page_of(false);

    give_modules(&shown);
    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame&colour=module");
    browser_expect(shown.browser, 1,
                   "Number(new Set([...document.querySelectorAll('.frame')]"
                   ".map(each => getComputedStyle(each).backgroundImage)).size > 20)");
    /* Whatever finds no room has no text: give each some. */
    browser_expect(shown.browser, 1,
                   "Number([...document.querySelectorAll('.frame')]"
                   ".every(each => each.textContent = 'text'))");
    expect_readable(&shown, "(async () => {" SHOW CONTRAST
                            "const first = unreadable(); document.documentElement.dataset.theme = "
                            "'dark'; return [...first, ...unreadable()].join(' '); })()");
    forget(&shown);
}

/* What a frame is painted in is in the legend, and so is what that means. */
Test(looks, the_legend_has_the_colours_of_frames, .timeout = 300)
{
    struct looked_at shown = page_of(true);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame");
    browser_expect(
        shown.browser, 0,
        "(async () => {" SHOW CONTRAST "const swatches = () => [...document.querySelectorAll("
        "'#flame-key .swatch')].map(each => getComputedStyle(each).backgroundColor);"
        "let wrong = 0; for (const colour of " COLOURS
        ") { await show(`view=flame&colour=${colour}`);"
        "const known = swatches(); for (const frame of document.querySelectorAll("
        "'.frame:not(.plain):not(.narrow)')) for (const part of getComputedStyle(frame)"
        ".backgroundImage.match(/rgb\\([^)]*\\)/g) ?? []) wrong += !known.includes(part);"
        "wrong += known.length < 2; } return wrong; })()");
    forget(&shown);
}

/* The hue is of the name alone. */
Test(looks, a_module_has_one_colour_in_all_pages, .timeout = 300)
{
    struct looked_at pages[] = {page_of(true), page_of(false)};
    char *colours[2];

    for (size_t i = 0; i < 2; i++) {
        if (!(pages[i].browser = browser_open(pages[i].directory)))
            continue;
        visit(&pages[i], "view=flame&colour=module&theme=light");
        colours[i] = browser_value(
            pages[i].browser, "getComputedStyle([...document.querySelectorAll('#flame-key .entry')]"
                              ".find(each => each.textContent.startsWith('libtimerleak.so'))"
                              ".querySelector('.swatch')).backgroundColor");
    }
    bool browsed = pages[0].browser;
    if (browsed) {
        cr_expect_str_eq(colours[0], colours[1]);
        free(colours[0]);
        free(colours[1]);
    }
    forget(&pages[0]);
    forget(&pages[1]);
    if (!browsed)
        cr_skip_test(NO_BROWSER);
}

/* Mean ages of live timers are sums of ages by numbers of timers. */
Test(looks, ages_are_means_of_live_timers, .timeout = 300)
{
    struct looked_at shown = page_of(false);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame&colour=age");
    browser_expect(
        shown.browser, 0,
        "(() => { const data = JSON.parse(document.querySelector('#data').textContent);"
        "const { values } = data.tree, age = data.types.findIndex(each => each.name === 'age');"
        "const steps = [...document.querySelectorAll('#flame-key .swatch')]"
        ".map(each => getComputedStyle(each).backgroundColor);"
        "return [...document.querySelectorAll('.frame:not(.plain):not(.narrow)')].filter(frame => {"
        "const mean = values[age][frame.dataset.node] / values[0][frame.dataset.node];"
        "const step = Math.min(Math.floor(5 * mean / data.duration), 4);"
        "return !getComputedStyle(frame).backgroundImage.includes(steps[step]) || "
        "!/ old on average/.test(frame.ariaLabel); }).length; })()");
    browser_click(shown.browser, "#tab-findings");
    browser_expect(shown.browser, 1, "Number(/colour=age/.test(location.hash))");
    forget(&shown);
}

/* ---- narrow frames ---- */

#define ROWS                                                                                       \
    "const rows = new Map(); for (const frame of document.querySelectorAll('.frame')) {"           \
    "const box = frame.getBoundingClientRect(); if (!rows.has(box.top)) rows.set(box.top, []);"    \
    "rows.get(box.top).push(box); }"                                                               \
    "for (const row of rows.values()) row.sort((a, b) => a.left - b.left);"

#define SEVERAL                                                                                    \
    "[...document.querySelectorAll('.frame.narrow')].find(each => / narrow "                       \
    "frames:/.test(each.ariaLabel))"

Test(looks, a_thousand_sites_have_frames_that_do_not_overlap, .timeout = 300)
{
    struct looked_at shown = page_of(false);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame");
    browser_expect(shown.browser, 0,
                   "(() => {" ROWS "return [...rows.values()].flat().filter(box => box.width < 1)"
                   ".length + [...rows.values()].flatMap(row => row.slice(1).filter("
                   "(box, i) => box.left < row[i].right - 0.5)).length; })()");
    browser_expect(shown.browser, 1,
                   "Number(document.querySelectorAll('.frame:not(.narrow)').length > 100)");
    /* All children of a frame that has any drawn have the frame's value together. */
    browser_expect(
        shown.browser, 0,
        "(() => { const value = frame => Number(frame.ariaLabel.match(/: ([\\d,]+) /)[1]"
        ".replaceAll(',', '')); const frames = [...document.querySelectorAll('.frame')].map("
        "frame => ({ level: Number(frame.ariaLevel), value: value(frame), box: "
        "frame.getBoundingClientRect() })); return frames.filter(frame => { const below = "
        "frames.filter(each => each.level === frame.level + 1 && each.box.left >= frame.box.left "
        "- 0.5 && each.box.right <= frame.box.right + 0.5); return below.length > 0 && "
        "below.reduce((sum, each) => sum + each.value, 0) !== frame.value; }).length; })()");
    forget(&shown);
}

Test(looks, narrow_frames_are_counted_pointed_at_and_found, .timeout = 300)
{
    struct looked_at shown = page_of(false);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=flame");
    /* Those that share frames, and those that have narrow ones of their own, are all there are. */
    browser_expect(
        shown.browser, 1,
        "(() => { const told = Number(document.querySelector('#flame-note').textContent.match("
        "/([\\d,]+) frames are narrower/)[1].replaceAll(',', ''));"
        "const count = [...document.querySelectorAll('.frame.narrow')].map(each => Number("
        "each.ariaLabel.match(/^([\\d,]+) narrow frames/)?.[1].replaceAll(',', '') ?? 1))"
        ".reduce((a, b) => a + b, 0); return Number(told >= count && count > 50); })()");
    /* The pointer is above one of them, which a click zooms to. */
    browser_expect(
        shown.browser, 1,
        "(() => { const frame = " SEVERAL ", box = frame.getBoundingClientRect();"
        "const at = x => { frame.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, "
        "clientX: x, clientY: box.top + 5 })); return document.querySelector('#flame-info')"
        ".textContent; };"
        "globalThis.told = [at(box.left + 0.1), at(box.right - 0.1)];"
        "frame.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: box.right - 0.1, "
        "clientY: box.top + 5 }));"
        "return Number(told[0] !== told[1] && !/narrow/.test(told.join())); })()");
    browser_expect(shown.browser, 1,
                   "Number([...document.querySelectorAll('.frame')].find(frame => "
                   "frame.ariaLabel === told[1]).clientWidth > 1000)");
    browser_click(shown.browser, "#reset");
    browser_click(shown.browser, "#search");
    char *name = browser_value(shown.browser, "'^' + told[1].split(':')[0] + '$'");
    browser_type(shown.browser, name);
    browser_expect(shown.browser, 1,
                   "Number(document.querySelectorAll('.frame.narrow.match').length > 0)");
    browser_expect(shown.browser, 1,
                   "Number(/ matched: [1-9]/.test(document.querySelector('#flame-matched')"
                   ".textContent))");
    free(name);
    forget(&shown);
}

/* ---- headers and widths ---- */

/* Of each column that can be sorted, whether the arrow is beside the last letter of the name. */
#define LOOSE_ARROWS                                                                               \
    "[...document.querySelectorAll('thead .arrow')].filter(arrow => {"                             \
    "if (!arrow.checkVisibility()) return false;"                                                  \
    "const range = document.createRange(), name = arrow.previousSibling;"                          \
    "range.setStart(name, name.length - 1); range.setEnd(name, name.length);"                      \
    "const letter = range.getBoundingClientRect(), box = arrow.getBoundingClientRect();"           \
    "return Math.abs(letter.bottom - box.bottom) > 3 || box.left < letter.right - 1; }).length"

Test(looks, arrows_stay_with_names_and_pages_within_windows, .timeout = 300)
{
    static const int widths[] = {320, 480, 720, 1400};
    struct looked_at shown = page_of(true);

    BROWSE_OR_SKIP(shown);
    visit(&shown, "view=sites&sites=-never_released&functions=-cum");
    browser_expect(shown.browser, 1,
                   "Number(document.querySelectorAll('#sites-table thead .arrow').length > 10)");
    for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
        browser_resize(shown.browser, widths[i]);
        char *wrong = browser_value(
            shown.browser,
            "(async () => {" SHOW "const wrong = []; for (const view of " TABS
            ") for (const sort of "
            "['sites=-never_released&functions=-cum', 'sites=verdict&functions=function']) {"
            "await show(`view=${view}&${sort}`);"
            "await new Promise(requestAnimationFrame);"
            "const root = document.documentElement;"
            "if (root.scrollWidth > root.clientWidth) wrong.push(`${view} is ${root.scrollWidth}`);"
            "if (" LOOSE_ARROWS " > 0) wrong.push(`${view}: "
            "arrows`); }"
            "return wrong.join(', '); })()");
        cr_expect_str_empty(wrong, "at %d: %s", widths[i], wrong);
        free(wrong);
    }
    forget(&shown);
}
