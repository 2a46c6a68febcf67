#include "profile/part.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "profile/history.h"

#include <stdlib.h>
#include <string.h>

/* Of two times of which 0 is never. */
static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a && (!b || a < b) ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Before its history begins nothing was live. */
static struct history_point live_between(const struct history_series *series, uint64_t from,
                                         uint64_t to, uint32_t *next)
{
    struct history_point point = {0, 0};
    if (series->used > 0)
        point = history_between(series, from, to, next);
    if (from < series->start)
        point.low = 0;
    return point;
}

static uint32_t span_bound(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

/* Spans of the sum are as long as the longer ones of both, or longer: 64 of them reach as far. */
static void merge_histories(struct site_record *sum, const struct site_record *one,
                            const struct site_record *other)
{
    const struct history_series a = history_series(one), b = history_series(other);
    struct history_series all = {.start = earlier(a.start, b.start),
                                 .shift = a.shift > b.shift ? a.shift : b.shift};
    uint64_t end = larger(history_span(&a, a.used), history_span(&b, b.used));
    while (all.shift < 63 && history_span(&all, TLK_HISTORY_BUCKETS) < end)
        all.shift++;
    uint32_t next_a = 0, next_b = 0;
    for (; all.used < TLK_HISTORY_BUCKETS && history_span(&all, all.used) < end; all.used++) {
        uint64_t from = history_span(&all, all.used), to = history_span(&all, all.used + 1);
        struct history_point x = live_between(&a, from, to, &next_a);
        struct history_point y = live_between(&b, from, to, &next_b);
        sum->history[all.used] =
            (struct tlk_span){span_bound(x.low + y.low), span_bound(x.high + y.high)};
    }
    sum->history_start = all.start;
    sum->history_shift = all.shift;
    sum->history_used = all.used;
}

/* Each had its peak at a time of its own. */
static uint32_t highest_live(const struct site_record *record)
{
    uint32_t most = record->live;
    for (uint32_t i = 0; i < record->history_used; i++)
        most = record->history[i].high > most ? record->history[i].high : most;
    return most;
}

void record_merge(struct site_record *record, const struct site_record *other)
{
    struct site_record sum = *record;
    sum.inherited = count_sum(record->inherited, other->inherited);
    sum.created = count_sum(record->created, other->created);
    sum.released = count_sum(record->released, other->released);
    sum.live = span_bound((uint64_t)record->live + other->live);
    sum.first_created = earlier(record->first_created, other->first_created);
    sum.last_created = larger(record->last_created, other->last_created);
    sum.last_released = larger(record->last_released, other->last_released);
    sum.longest_life = larger(record->longest_life, other->longest_life);
    for (size_t i = 0; i < TLK_LIFETIME_BUCKETS; i++)
        sum.lifetimes[i] = count_sum(record->lifetimes[i], other->lifetimes[i]);
    merge_histories(&sum, record, other);
    sum.peak = highest_live(&sum);
    *record = sum;
}

void part_keep_record(struct part *part, const struct site_record *record)
{
    if (part->record)
        record_merge(part->record, record);
    else
        part->record = memcpy(memory_new(1, sizeof(*record)), record, sizeof(*record));
}

void part_keep_timer(struct part *part, const struct timer_record *timer,
                     const struct judgement *judgement)
{
    uint64_t live = part->evidence.live;
    if (live > FEW_TIMERS || part->few_count == live)
        return;
    if (!part->few)
        part->few = memory_new(live, sizeof(*part->few));
    part->few[part->few_count++] = (struct part_timer){*timer, *judgement};
}

void part_free(struct part *part)
{
    free(part->record);
    free(part->few);
}
