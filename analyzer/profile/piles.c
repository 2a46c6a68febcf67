#include "profile/piles.h"

#include "base/numbers.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More at each of so many steps in a row, up to the last, is no accident. */
#define FEWEST_STEPS 3

/* A timer that was passed on, by the site where it was made. */
struct passed {
    struct site *site;
    uint64_t id;
};

/* What one program after the other has of such timers. */
struct series {
    const struct generations *generations;
    const uint32_t *row; /* generations, in the order of their starts */
    size_t count;
    struct passed **passed; /* of each of them, by sites and numbers */
    size_t *passed_count;
};

static int by_site(const void *left, const void *right)
{
    const struct passed *a = left, *b = right;
    int order = compare_numbers((uintptr_t)a->site, (uintptr_t)b->site);
    return order ? order : compare_numbers(a->id, b->id);
}

static void passed_gather(struct series *series, size_t at)
{
    const struct holding *all = series->generations->holdings;
    const struct generation *one = &series->generations->list[series->row[at]];
    struct passed *list = memory_new(one->count, sizeof(*list));
    size_t count = 0;
    for (size_t i = one->first; i < one->first + one->count; i++) {
        if (all[i].passed_on)
            list[count++] = (struct passed){all[all[i].maker].trace->site, all[i].id};
    }
    if (count > 0)
        qsort(list, count, sizeof(*list), by_site);
    series->passed[at] = list;
    series->passed_count[at] = count;
}

/* Those of a site, by their numbers. */
static const struct passed *pile_of(const struct series *series, size_t at, const struct site *site,
                                    uint64_t *height)
{
    const struct passed *list = series->passed[at];
    size_t low = 0, high = series->passed_count[at], end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)list[middle].site < (uintptr_t)site)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < series->passed_count[at] && list[end].site == site; end++)
        ;
    *height = end - low;
    return list + low;
}

static uint64_t pile_height(const struct series *series, size_t at, const struct site *site)
{
    uint64_t height;
    pile_of(series, at, site, &height);
    return height;
}

/* All that the one before had, by their numbers, which do not change. */
static bool has_all_before(const struct series *series, size_t at, const struct site *site)
{
    uint64_t height, height_before, j = 0;
    const struct passed *pile = pile_of(series, at, site, &height);
    const struct passed *before = pile_of(series, at - 1, site, &height_before);
    for (uint64_t i = 0; i < height_before; i++) {
        while (j < height && pile[j].id < before[i].id)
            j++;
        if (j == height || pile[j].id != before[i].id)
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

/* By where those were made that the last has and never touched. */
static void piles_find(const struct series *series, const char *step)
{
    const struct passed *last = series->passed[series->count - 1];
    for (size_t i = 0; i < series->passed_count[series->count - 1]; i++) {
        if (i > 0 && last[i].site == last[i - 1].site)
            continue;
        size_t steps = steps_of(series, last[i].site);
        if (steps >= FEWEST_STEPS && last[i].site->listed)
            pile_judge(series, last[i].site, steps, step);
    }
}

/* If the last could be loaded. */
static void series_judge(struct series *series, const char *step)
{
    if (series->count <= FEWEST_STEPS ||
        !series->generations->list[series->row[series->count - 1]].process)
        return;
    series->passed = memory_new(series->count, sizeof(*series->passed));
    series->passed_count = memory_new(series->count, sizeof(*series->passed_count));
    for (size_t i = 0; i < series->count; i++)
        passed_gather(series, i);
    piles_find(series, step);
    for (size_t i = 0; i < series->count; i++)
        free(series->passed[i]);
    free(series->passed);
    free(series->passed_count);
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
        struct series series = {
            .generations = generations, .row = row, .count = execs_before(generations, i, row)};
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
        struct series series = {.generations = generations, .row = row + i, .count = run};
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
