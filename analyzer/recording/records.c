#include "recording/records.h"

#include <string.h>

static void fill_spans(struct site_record *record, uint32_t until, uint32_t live)
{
    while (record->history_used < until)
        record->history[record->history_used++] = (struct tlk_span){live, live};
}

/* Whatever the changes say, the spans are filled in order. */
static void unpack_changes(const struct tlk_site *site, struct site_record *record)
{
    uint32_t live = 0;
    record->history_shift = site->history_shift;
    for (uint32_t i = 0; i < site->history_used; i++) {
        const struct tlk_change *change = &site->history[i];
        if (change->span < record->history_used || change->span >= TLK_HISTORY_BUCKETS)
            return;
        fill_spans(record, change->span, live);
        record->history[record->history_used++] = (struct tlk_span){change->low, change->high};
        live = change->after;
    }
}

static void unpack_lifetimes(const struct tlk_site *site, struct site_record *record)
{
    for (unsigned i = 0; i < TLK_LIFETIME_BUCKETS; i++)
        record->lifetimes[i] = site->lifetimes[i / 2] >> i % 2 * 4 & TLK_FEW_LIVES;
}

static void unpack_details(const struct tlk_details *details, struct site_record *record)
{
    memcpy(record->lifetimes, details->lifetimes, sizeof(record->lifetimes));
    memcpy(record->failed, details->failed, sizeof(record->failed));
    record->first_failed = details->first_failed;
    record->last_failed = details->last_failed;
    record->history_shift = details->history_shift;
    record->history_used = details->history_used;
    memcpy(record->history, details->history, sizeof(record->history));
}

bool site_unpack(const struct tlk_site *site, const struct tlk_details *details,
                 struct site_record *record)
{
    *record = (struct site_record){
        .family = site->family,
        .depth = site->depth,
        .stack = site->stack,
        .function = site->function,
        .kind = site->kind,
        .flags = site->flags,
        .created = site->created,
        .inherited = site->inherited,
        .released = site->released,
        .armed = site->armed,
        .fired = site->fired,
        .stopped = site->stopped,
        .fired_unknown = site->fired_unknown,
        .first_created = site->first_created,
        .last_created = site->last_created,
        .last_released = site->last_released,
        .longest_life = site->longest_life,
        .live = site->live,
        .peak = site->peak,
        .history_start = site->first_created,
    };
    if (site->history_used > TLK_CHANGES)
        return false;
    if (details) {
        unpack_details(details, record);
    } else {
        unpack_changes(site, record);
        unpack_lifetimes(site, record);
    }
    return record->history_used <= TLK_HISTORY_BUCKETS && record->history_shift < 64;
}

static void unpack_extra(const struct tlk_timer *timer, const struct tlk_extra *extra,
                         struct timer_record *record)
{
    record->thread = extra->thread;
    record->name = extra->name;
    record->fired_unknown = extra->fired_unknown;
    record->fired += (uint64_t)extra->fired_high << 32;
    record->fired_now += (uint64_t)extra->fired_now_high << 32;
    record->duplicates[0] = extra->duplicates[0];
    record->duplicates[1] = extra->duplicates[1];
    record->duplicator = extra->duplicator;
    if (timer->notify == TLK_NOTIFY_THREAD)
        record->notified = extra->notified;
    else
        record->retained = extra->retained;
}

void timer_unpack(const struct tlk_timer *timer, const struct tlk_extra *extra,
                  struct timer_record *record)
{
    *record = (struct timer_record){
        .state = timer->state,
        .generation = timer->generation,
        .site = timer->site,
        .flags = timer->flags,
        .id = timer->id,
        .created = timer->created,
        .armed_at = timer->armed_at,
        .deadline = timer->deadline,
        .interval = timer->interval,
        .armed = timer->armed,
        .stopped = timer->stopped,
        .fired = timer->fired,
        .fired_now = timer->fired_now,
        .touched = timer->touched,
        .seen = timer->seen,
        .setter = timer->setter,
        .family = timer->family,
        .notify = timer->notify,
        .references = timer->references,
        .signal = timer->signal,
        .clock = timer->clock,
        .deadline_clock = timer->deadline_clock,
        .thread = timer->thread & TLK_EXTRA ? 0 : timer->thread,
    };
    if (extra)
        unpack_extra(timer, extra, record);
}
