#include "profile/history.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "profile/process.h"

#include <stdlib.h>
#include <string.h>

/* What one recording tells of one site. Times are ns since the start of its process. */
struct history {
    struct history *next;
    uint64_t stands_for; /* each of them */
    struct history_series series;
    struct tlk_span spans[];
};

void history_keep(struct site *site, const struct site_record *record,
                  const struct process *process)
{
    size_t size = record->history_used * sizeof(*record->history);
    struct history *history = memory_new(1, sizeof(*history) + size);
    history->series = history_series(record);
    history->series.start = elapsed(record->history_start, process->start_mono);
    history->series.spans = memcpy(history->spans, record->history, size);
    history->stands_for = process_one_in(process, record->family);
    history->next = site->history;
    site->history = history;
}

void history_free(struct site *site)
{
    while (site->history) {
        struct history *next = site->history->next;
        free(site->history);
        site->history = next;
    }
}

uint64_t history_duration(const struct profile *profile)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < profile->process_count && !profile->processes[i]->base; i++) {
        uint64_t duration = process_duration(profile->processes[i]);
        longest = duration > longest ? duration : longest;
    }
    return longest;
}

struct history_series history_series(const struct site_record *record)
{
    return (struct history_series){
        .start = record->history_start,
        .shift = record->history_shift,
        .used = record->history_used,
        .live = record->live,
        .spans = record->history,
    };
}

uint64_t history_span(const struct history_series *series, uint32_t index)
{
    uint64_t most = (UINT64_MAX - series->start) >> series->shift;
    return index <= most ? series->start + ((uint64_t)index << series->shift) : UINT64_MAX;
}

static void point_widen(struct history_point *point, bool *met, uint64_t low, uint64_t high)
{
    if (!*met || low < point->low)
        point->low = low;
    if (!*met || high > point->high)
        point->high = high;
    *met = true;
}

struct history_point history_between(const struct history_series *series, uint64_t from,
                                     uint64_t to, uint32_t *next)
{
    struct history_point point = {0, 0};
    bool met = false;
    while (*next < series->used && history_span(series, *next + 1) <= from)
        ++*next;
    uint32_t span = *next;
    for (; span < series->used && history_span(series, span) < to; span++)
        point_widen(&point, &met, series->spans[span].low, series->spans[span].high);
    if (span == series->used && history_span(series, span) < to)
        point_widen(&point, &met, series->live, series->live);
    return point;
}

static void add_history(const struct history *history, uint64_t duration, size_t count,
                        struct history_point *points)
{
    double width = (double)duration / (double)count;
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t from = (uint64_t)(width * (double)i);
        uint64_t to = i + 1 < count ? (uint64_t)(width * (double)(i + 1)) : UINT64_MAX;
        struct history_point point =
            history_between(&history->series, from, to > from ? to : from + 1, &next);
        points[i].low = count_sum(points[i].low, point.low * history->stands_for);
        points[i].high = count_sum(points[i].high, point.high * history->stands_for);
    }
}

void history_of(const struct profile *profile, const struct site *site, size_t count,
                struct history_point *points)
{
    uint64_t duration = history_duration(profile);
    memset(points, 0, count * sizeof(*points));
    for (const struct history *history = site->history; history; history = history->next)
        add_history(history, duration, count, points);
    for (size_t i = 0; i < site->path_count; i++) {
        const struct history *history = site->paths[i]->history;
        for (; history; history = history->next)
            add_history(history, duration, count, points);
    }
}
