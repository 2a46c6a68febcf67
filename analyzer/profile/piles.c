#include "profile/piles.h"

#include "base/numbers.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More at each of so many steps in a row, up to the last, is no accident. */
#define FEWEST_STEPS 3

/* What one program after the other has of the timers of a site. */
struct series {
    const struct generations *generations;
    const uint32_t *row; /* generations, in the order of their starts */
    size_t count;
};

static const struct holding *holdings_of(const struct series *series, size_t at, size_t *count)
{
    const struct generation *one = &series->generations->list[series->row[at]];
    *count = one->count;
    return series->generations->holdings + one->first;
}

static bool is_of_pile(const struct series *series, const struct holding *holding,
                       const struct site *site)
{
    return holding->passed_on && series->generations->holdings[holding->maker].trace->site == site;
}

static uint64_t pile_height(const struct series *series, size_t at, const struct site *site)
{
    uint64_t height = 0;
    size_t count;
    const struct holding *list = holdings_of(series, at, &count);
    for (size_t i = 0; i < count; i++)
        height += is_of_pile(series, &list[i], site);
    return height;
}

/* All that the one before had, by their numbers, which do not change: both lists are in order. */
static bool has_all_before(const struct series *series, size_t at, const struct site *site)
{
    size_t count, before_count, j = 0;
    const struct holding *list = holdings_of(series, at, &count);
    const struct holding *before = holdings_of(series, at - 1, &before_count);
    for (size_t i = 0; i < before_count; i++) {
        if (!is_of_pile(series, &before[i], site))
            continue;
        while (j < count && (!is_of_pile(series, &list[j], site) || list[j].id < before[i].id))
            j++;
        if (j == count || list[j].id != before[i].id)
            return false;
    }
    return true;
}

/* How often in a row, up to the last, the next had more. */
static size_t steps_of(const struct series *series, const struct site *site)
{
    size_t steps = 0;
    for (size_t at = series->count - 1; at > 0; at--, steps++) {
        if (pile_height(series, at, site) <= pile_height(series, at - 1, site) ||
            !has_all_before(series, at, site))
            break;
    }
    return steps;
}

/* What the next has more than the one before: "2", or "1 to 3". */
static struct text more_by_step(const struct series *series, const struct site *site, size_t steps)
{
    struct text text;
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t at = series->count - steps; at < series->count; at++) {
        uint64_t more = pile_height(series, at, site) - pile_height(series, at - 1, site);
        least = more < least ? more : least;
        most = more > most ? more : most;
    }
    snprintf(text.s, sizeof(text.s), "%.15s%s%.15s", least < most ? text_count(least).s : "",
             least < most ? " to " : "", text_count(most).s);
    return text;
}

/* Its words come before those of another finding, which may be one of a leak, too. */
static void pile_judge(const struct series *series, struct site *site, size_t steps,
                       const char *step)
{
    const struct generation *last = &series->generations->list[series->row[series->count - 1]];
    const struct finding known = site->finding;
    bool leaks = known.verdict == VERDICT_LEAK;
    if (last->process->base) {
        site->base_verdict = VERDICT_LEAK;
        return;
    }
    if (!leaks)
        site->finding = (struct finding){.verdict = VERDICT_LEAK, .state = TIMER_STATES};
    snprintf(
        site->finding.why, sizeof(site->finding.why),
        "%.15s passed on over exec and never touched: %.31s more %s, %zu times in a row%s%.120s",
        text_count(pile_height(series, series->count - 1, site)).s,
        more_by_step(series, site, steps).s, step, steps, leaks ? "; " : "",
        leaks ? known.why : "");
    if (!leaks)
        site->process = last->process;
    site->through = NULL; /* it is told alone */
}

static int by_site(const void *left, const void *right)
{
    struct site *const *a = left, *const *b = right;
    return compare_numbers((uintptr_t)*a, (uintptr_t)*b);
}

/* By where those were made that the last has and never touched; if it could be loaded. */
static void series_judge(const struct series *series, const char *step)
{
    size_t count, sites = 0;
    if (series->count <= FEWEST_STEPS ||
        !series->generations->list[series->row[series->count - 1]].process)
        return;
    const struct holding *list = holdings_of(series, series->count - 1, &count);
    struct site **made = memory_new(count, sizeof(*made));
    for (size_t i = 0; i < count; i++) {
        if (list[i].passed_on)
            made[sites++] = series->generations->holdings[list[i].maker].trace->site;
    }
    if (sites > 0)
        qsort(made, sites, sizeof(*made), by_site);
    for (size_t i = 0; i < sites; i++) {
        if (i > 0 && made[i] == made[i - 1])
            continue;
        size_t steps = steps_of(series, made[i]);
        if (steps >= FEWEST_STEPS && made[i]->listed)
            pile_judge(series, made[i], steps, step);
    }
    free(made);
}

/* ---- one program that becomes the next ---- */

/* From the last one back to the first that is loaded, in `row`; returns how many these are. */
static size_t execs_before(const struct generations *generations, uint32_t last, uint32_t *row)
{
    size_t count = 0;
    for (uint32_t at = last; at != GENERATION_NONE && generations->list[at].counts;
         at = generations->list[at].before)
        row[count++] = at;
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t other = row[i];
        row[i] = row[count - 1 - i];
        row[count - 1 - i] = other;
    }
    return count;
}

static void execs_judge(const struct generations *generations, uint32_t *row)
{
    for (uint32_t i = 0; i < generations->count; i++) {
        if (!generations->list[i].counts || generations->list[i].handed)
            continue;
        const struct series series = {generations, row, execs_before(generations, i, row)};
        series_judge(&series, "at each exec");
    }
}

/* ---- children of one parent ---- */

static bool is_child(const struct generation *one)
{
    return one->counts && !one->forked && one->before == GENERATION_NONE;
}

static int by_parent(const struct generation *a, const struct generation *b)
{
    int order = compare_numbers(a->session, b->session);
    return order ? order : compare_numbers((uint64_t)a->ppid, (uint64_t)b->ppid);
}

static int by_parent_and_start(const void *left, const void *right, void *generations)
{
    const struct generation *list = ((const struct generations *)generations)->list;
    const struct generation *a = &list[*(const uint32_t *)left];
    const struct generation *b = &list[*(const uint32_t *)right];
    int order = by_parent(a, b);
    return order ? order : compare_numbers(a->start, b->start);
}

static void children_judge(struct generations *generations, uint32_t *row)
{
    size_t count = 0;
    for (uint32_t i = 0; i < generations->count; i++) {
        if (is_child(&generations->list[i]))
            row[count++] = i;
    }
    if (count > 0)
        qsort_r(row, count, sizeof(*row), by_parent_and_start, generations);
    for (size_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count; run++) {
            if (by_parent(&generations->list[row[i]], &generations->list[row[i + run]]) != 0)
                break;
        }
        const struct series series = {generations, row + i, run};
        series_judge(&series, "in each child");
    }
}

void piles_judge(struct generations *generations)
{
    if (generations->holding_count == 0)
        return;
    uint32_t *row = memory_new(generations->count, sizeof(*row));
    execs_judge(generations, row);
    children_judge(generations, row);
    free(row);
}
