#include "profile/kinship.h"

#include "base/numbers.h"

#include <stdlib.h>

static uint32_t *numbers_to(size_t count)
{
    uint32_t *numbers = memory_new(count, sizeof(*numbers));
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint32_t)i;
    return numbers;
}

/* ---- who came before ---- */

static int by_process(const void *left, const void *right, void *list)
{
    uint32_t i = *(const uint32_t *)left, j = *(const uint32_t *)right;
    const struct generation *a = (struct generation *)list + i, *b = (struct generation *)list + j;
    int order = compare_numbers(a->session, b->session);
    if (!order)
        order = compare_numbers((uint64_t)a->pid, (uint64_t)b->pid);
    if (!order)
        order = compare_numbers(a->start, b->start);
    return order ? order : compare_numbers(i, j);
}

static bool same_process(const struct generation *a, const struct generation *b)
{
    return a->session == b->session && a->pid == b->pid && a->start_ticks == b->start_ticks;
}

static struct generation *in_order(const struct generations *generations, size_t i)
{
    return &generations->list[generations->order[i]];
}

static void find_before(struct generations *generations)
{
    size_t same = 0; /* the first of those snapshots of one process */
    for (size_t i = 1; i < generations->count; i++) {
        struct generation *generation = in_order(generations, i);
        if (!same_process(in_order(generations, i - 1), generation) ||
            in_order(generations, i - 1)->start != generation->start)
            same = i;
        struct generation *before = in_order(generations, same > 0 ? same - 1 : 0);
        if (generation->forked || !same_process(before, generation) || !before->execed ||
            before->start >= generation->start || before->end > generation->start)
            continue;
        generation->before = generations->order[same - 1];
        if (generation->counts)
            before->handed = generation->watched;
    }
}

/* The process by that number that ran at that time. */
static struct generation *find_parent(struct generations *generations,
                                      const struct generation *child)
{
    size_t low = 0, high = generations->count;
    const struct generation wanted = {
        .session = child->session, .pid = child->ppid, .start = child->start};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct generation *one = in_order(generations, middle);
        int order = compare_numbers(one->session, wanted.session);
        if (!order)
            order = compare_numbers((uint64_t)one->pid, (uint64_t)wanted.pid);
        if (!order)
            order = one->start < wanted.start ? -1 : 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    struct generation *parent = in_order(generations, low - 1);
    return parent->session == wanted.session && parent->pid == wanted.pid &&
                   parent->end >= child->start
               ? parent
               : NULL;
}

/* The program that a program has the timers of that came over exec; NULL: nobody knows. */
static struct generation *find_giver(struct generations *generations, const struct generation *next)
{
    if (next->forked || !next->inherits)
        return NULL;
    return next->before != GENERATION_NONE ? &generations->list[next->before]
                                           : find_parent(generations, next);
}

void kinship_find(struct generations *generations)
{
    free(generations->order);
    generations->order = numbers_to(generations->count);
    if (generations->count > 0)
        qsort_r(generations->order, generations->count, sizeof(*generations->order), by_process,
                generations->list);
    find_before(generations);
    for (size_t i = 0; i < generations->count; i++) {
        struct generation *giver = find_giver(generations, &generations->list[i]);
        if (giver)
            giver->asked = true;
    }
}

/* ---- what is the same timer ---- */

static uint32_t first_of(struct generations *generations, uint32_t holding)
{
    struct holding *list = generations->holdings;
    while (list[holding].same != holding)
        holding = list[holding].same = list[list[holding].same].same;
    return holding;
}

static void holdings_unite(struct generations *generations, uint32_t a, uint32_t b)
{
    a = first_of(generations, a);
    b = first_of(generations, b);
    generations->holdings[a > b ? a : b].same = a > b ? b : a;
}

/*
 * What came over exec has the number that it had before. From a parent's point of view the number
 * may be another timer's by now, that was made later.
 */
static void unite_over_exec(struct generations *generations, const struct generation *next,
                            const struct generation *before)
{
    for (size_t i = next->first; i < next->first + next->count; i++) {
        const struct holding *holding = &generations->holdings[i];
        if (!(holding->flags & TLK_INHERITED) || !family_has(holding->family, TLK_OVER_EXEC))
            continue;
        const struct holding *known =
            generations_by_id(generations, before, holding->family, holding->id, 0);
        if (known && !(known->flags & TLK_CLOEXEC) && known->created < next->start &&
            (holding->clock == known->clock || holding->clock < 0 || known->clock < 0))
            holdings_unite(generations, (uint32_t)i, (uint32_t)(known - generations->holdings));
    }
}

/* A child starts with a copy of its parent's live timers, each where it was. */
static int by_origin(const void *left, const void *right, void *generations)
{
    const struct generations *all = generations;
    const struct holding *a = all->holdings + *(const uint32_t *)left;
    const struct holding *b = all->holdings + *(const uint32_t *)right;
    int order = compare_numbers(all->list[a->generation].session, all->list[b->generation].session);
    if (!order)
        order = compare_numbers(a->created, b->created);
    if (!order)
        order = compare_numbers(a->slot, b->slot);
    if (!order)
        order = compare_numbers(a->turn, b->turn);
    return order ? order : compare_numbers(a->family, b->family);
}

static bool is_copy(const struct generations *generations, uint32_t number)
{
    const struct holding *holding = &generations->holdings[number];
    return generations->list[holding->generation].forked && holding->flags & TLK_INHERITED &&
           family_has(holding->family, TLK_OVER_FORK);
}

/* Of `count` with one origin; others than copies are snapshots of one process. */
static void unite_copies(struct generations *generations, const uint32_t *run, size_t count)
{
    size_t original = 0;
    while (original < count && is_copy(generations, run[original]))
        original++;
    for (size_t i = 0; i < count; i++) {
        if (is_copy(generations, run[i]))
            holdings_unite(generations, run[i], run[original < count ? original : 0]);
    }
}

static void unite_over_fork(struct generations *generations, uint32_t *numbers)
{
    size_t count = generations->holding_count;
    qsort_r(numbers, count, sizeof(*numbers), by_origin, generations);
    for (size_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count; run++) {
            if (by_origin(&numbers[i], &numbers[i + run], generations) != 0)
                break;
        }
        unite_copies(generations, numbers + i, run);
    }
}

/* ---- where it counts ---- */

static int by_timer(const void *left, const void *right, void *generations)
{
    const struct generations *all = generations;
    const struct holding *a = all->holdings + *(const uint32_t *)left;
    const struct holding *b = all->holdings + *(const uint32_t *)right;
    int order = compare_numbers(a->same, b->same);
    if (!order)
        order = compare_numbers(all->list[a->generation].start, all->list[b->generation].start);
    return order ? order : compare_numbers((uintptr_t)a, (uintptr_t)b);
}

/* Whether it is the next program's matter. */
static bool goes_on(const struct generations *generations, const struct holding *holding)
{
    return generations->list[holding->generation].handed >> holding->family & 1;
}

static bool counts(const struct generations *generations, const struct holding *holding)
{
    return generations->list[holding->generation].counts;
}

/* One timer, by those who have it, in the order of their starts. */
static void settle_timer(struct generations *generations, const uint32_t *run, size_t count)
{
    struct holding *list = generations->holdings, *maker = NULL, *here = NULL, *passed = NULL;
    for (size_t i = 0; i < count; i++) {
        struct holding *holding = &list[run[i]];
        bool may_count = counts(generations, holding) && !goes_on(generations, holding);
        bool made = !(holding->flags & TLK_INHERITED);
        if (made && (!maker || (!counts(generations, maker) && counts(generations, holding))))
            maker = holding;
        if (may_count && (!here || (made && here->flags & TLK_INHERITED)))
            here = holding;
        if (may_count && holding->passed_on && !passed)
            passed = holding;
    }
    bool made_here = maker && counts(generations, maker);
    struct holding *last = here;
    for (size_t i = 0; i < count; i++) {
        struct holding *holding = &list[run[i]];
        holding->maker = maker ? (uint32_t)(maker - list) : run[0];
        holding->fate = holding == here ? FATE_COUNTS : FATE_ELSEWHERE;
        if (!last && counts(generations, holding) && (!made_here || holding == maker)) {
            holding->fate = FATE_OVER;
            last = holding;
        }
    }
    if (here)
        here->replaces = here != maker && made_here && goes_on(generations, maker);
    if (passed)
        passed->tells_passed_on = true;
}

static void settle_timers(struct generations *generations, uint32_t *numbers)
{
    size_t count = generations->holding_count;
    for (size_t i = 0; i < count; i++)
        generations->holdings[i].same = first_of(generations, (uint32_t)i);
    qsort_r(numbers, count, sizeof(*numbers), by_timer, generations);
    for (size_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count; run++) {
            if (generations->holdings[numbers[i]].same !=
                generations->holdings[numbers[i + run]].same)
                break;
        }
        settle_timer(generations, numbers + i, run);
    }
}

void kinship_settle(struct generations *generations)
{
    uint32_t *numbers = numbers_to(generations->holding_count);
    for (size_t i = 0; i < generations->holding_count; i++)
        generations->holdings[i].same = (uint32_t)i;
    for (size_t i = 0; i < generations->count; i++) {
        const struct generation *next = &generations->list[i];
        const struct generation *giver = find_giver(generations, next);
        if (giver)
            unite_over_exec(generations, next, giver);
    }
    unite_over_fork(generations, numbers);
    settle_timers(generations, numbers);
    free(numbers);
}
