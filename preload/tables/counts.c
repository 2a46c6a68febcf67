#include "tables/counts.h"

#include <stddef.h>

#include "core/lock.h"
#include "tables/details.h"
#include "tables/regions.h"
#include "tables/strings.h"

_Static_assert(sizeof(struct lock) == sizeof(((struct tlk_site *)0)->guard), "a guard is a lock");
_Static_assert(offsetof(struct tlk_site, guard) == 64, "the hot counters have a line of their own");

/* Guards the counters of a site, among which it lies, and its details. */
static struct lock *site_lock(struct tlk_site *site)
{
    return (struct lock *)&site->guard;
}

/* ---- few changes, each by itself ---- */

static uint8_t few(uint32_t live)
{
    return (uint8_t)(live < TLK_CHANGES_LIVE_MOST ? live : TLK_CHANGES_LIVE_MOST);
}

/* What was one span, and what were two next to each other, becomes one span. */
static void changes_halve(struct tlk_site *site)
{
    struct tlk_change *last = NULL;
    uint8_t used = 0;

    for (uint32_t i = 0; i < site->history_used; i++) {
        struct tlk_change change = site->history[i];

        change.span /= 2;
        if (!last || last->span < change.span) {
            last = &site->history[used++];
            *last = change;
            continue;
        }
        last->low = change.low < last->low ? change.low : last->low;
        last->high = change.high > last->high ? change.high : last->high;
        last->after = change.after;
    }
    site->history_used = used;
    site->history_shift++;
}

/* Of `before`, `live` are live from now on. False: there is no room to tell that exactly. */
static bool change_note(struct tlk_site *site, uint64_t since, uint32_t before, uint32_t live)
{
    bool coarse = site->flags & TLK_SITE_COARSE;
    struct tlk_change *last;
    uint64_t span;

    if (live > TLK_CHANGES_LIVE_MOST && !coarse)
        return false;
    for (;;) {
        while ((span = since >> site->history_shift) >= TLK_HISTORY_BUCKETS)
            changes_halve(site);
        if (site->history_used < TLK_CHANGES || site->history[TLK_CHANGES - 1].span >= span)
            break;
        if (!coarse)
            return false;
        changes_halve(site);
    }
    if (!site->history_used || site->history[site->history_used - 1].span < span)
        site->history[site->history_used++] =
            (struct tlk_change){(uint8_t)span, few(before), few(before), few(before)};
    last = &site->history[site->history_used - 1];
    last->low = few(live) < last->low ? few(live) : last->low;
    last->high = few(live) > last->high ? few(live) : last->high;
    last->after = few(live);
    return true;
}

/* ---- details ---- */

static struct tlk_details *details_of(const struct tlk_site *site)
{
    return site->details ? region_place(TLK_DETAILS, site->details, sizeof(struct tlk_details),
                                        TLK_FIRST_DETAILS)
                         : NULL;
}

static unsigned lives_of(const struct tlk_site *site, unsigned bucket)
{
    return site->lifetimes[bucket / 2] >> bucket % 2 * 4 & TLK_FEW_LIVES;
}

/* What the site's own part says so far. */
static void details_fill(struct tlk_details *details, const struct tlk_site *site)
{
    uint32_t live = 0;

    *details = (struct tlk_details){.history_shift = site->history_shift};
    for (unsigned i = 0; i < TLK_LIFETIME_BUCKETS; i++)
        details->lifetimes[i] = lives_of(site, i);
    for (uint32_t i = 0; i < site->history_used; i++) {
        const struct tlk_change *change = &site->history[i];

        spans_fill(details, change->span, live);
        details->history[details->history_used++] = (struct tlk_span){change->low, change->high};
        live = change->after;
    }
}

/* The site's lock is held. NULL, for ever, when there is no room. */
static __attribute__((noinline)) struct tlk_details *details_make(struct tlk_site *site)
{
    uint32_t index = 0;

    if (!(site->flags & TLK_SITE_COARSE) && lock_take(&catalog_lock)) {
        index = region_take(TLK_DETAILS, 1);
        if (index) {
            details_fill(
                region_place(TLK_DETAILS, index, sizeof(struct tlk_details), TLK_FIRST_DETAILS),
                site);
            region_publish(TLK_DETAILS, index + 1);
            __atomic_store_n(&site->details, index, __ATOMIC_RELEASE);
        }
        lock_give(&catalog_lock);
    }
    if (!index) {
        recording_drop(TLK_DROP_DETAIL);
        site->flags |= TLK_SITE_COARSE;
    }
    return details_of(site);
}

/* ---- counting ---- */

/*
 * Enters that `live` timers are live from now on; before, there were site->live. Gives back the
 * details, if the site has any.
 */
static struct tlk_details *history_note(struct tlk_site *site, uint64_t now, uint32_t live)
{
    uint64_t since = now > site->first_created ? now - site->first_created : 0;
    struct tlk_details *details = details_of(site);

    if (!details) {
        if (change_note(site, since, site->live, live))
            return NULL;
        details = details_make(site);
    }
    if (details)
        span_note(details, since, site->live, live);
    else
        change_note(site, since, site->live, live); /* coarsely */
    return details;
}

bool sites_count_created(uint32_t index, uint64_t now, bool inherited)
{
    struct tlk_site *site = site_at(index);

    if (!lock_take(site_lock(site)))
        return false;
    if (!site->first_created)
        site->first_created = now;
    history_note(site, now, site->live + 1);
    if (inherited)
        __atomic_store_n(&site->inherited, site->inherited + 1, __ATOMIC_RELAXED);
    else
        __atomic_store_n(&site->created, site->created + 1, __ATOMIC_RELAXED);
    site->live++;
    if (site->live > site->peak)
        site->peak = site->live;
    site->last_created = now;
    lock_give(site_lock(site));
    return true;
}

static void lifetime_count(struct tlk_site *site, struct tlk_details *details, unsigned bucket)
{
    if (!details && lives_of(site, bucket) < TLK_FEW_LIVES) {
        site->lifetimes[bucket / 2] =
            (uint8_t)(site->lifetimes[bucket / 2] + (1u << bucket % 2 * 4));
        return;
    }
    if (!details)
        details = details_make(site);
    if (details)
        details->lifetimes[bucket]++;
}

bool sites_count_released(uint32_t index, uint64_t now, const struct outcome *outcome)
{
    struct tlk_site *site = site_at(index);
    struct tlk_details *details;

    if (!lock_take(site_lock(site)))
        return false;
    details = history_note(site, now, site->live - 1);
    __atomic_store_n(&site->released, site->released + 1, __ATOMIC_RELAXED);
    site->live--;
    site->armed += outcome->armed;
    site->stopped += outcome->stopped;
    site->last_released = now;
    lifetime_count(site, details, lifetime_bucket(outcome->lifetime));
    if (outcome->fired | outcome->fired_unknown) {
        site->fired += outcome->fired;
        site->fired_unknown += outcome->fired_unknown;
    }
    if (outcome->lifetime > site->longest_life)
        site->longest_life = outcome->lifetime;
    lock_give(site_lock(site));
    return true;
}

bool sites_count_failed(uint32_t index, uint64_t now, enum tlk_failure failure)
{
    struct tlk_site *site = site_at(index);
    struct tlk_details *details;

    if (!lock_take(site_lock(site))) {
        recording_drop(TLK_DROP_LOCK);
        return false;
    }
    details = site->details ? details_of(site) : details_make(site);
    if (details)
        failure_note(details, failure, now);
    lock_give(site_lock(site));
    return details != NULL;
}

static bool is_unused(const struct tlk_site *site)
{
    const struct tlk_details *details = details_of(site);
    uint64_t events = site->created + site->inherited;

    for (int i = 0; details && i < TLK_FAILURES; i++)
        events += details->failed[i];
    return events == 0;
}

bool sites_are_unused(void)
{
    uint32_t i = 0, used = recording->regions[TLK_SITES].used;

    while (i < used && is_unused(site_at(i)))
        i++;
    return i >= used;
}

void sites_reset(void)
{
    for (uint32_t i = 0; i < recording->regions[TLK_SITES].used; i++) {
        struct tlk_site *site = site_at(i);

        *site = (struct tlk_site){
            .family = site->family,
            .depth = site->depth,
            .flags = site->flags & (TLK_SITE_TRUNCATED | TLK_SITE_UNWOUND),
            .stack = site->stack,
            .function = site->function,
            .kind = site->kind,
            .history_shift = TLK_HISTORY_FIRST_SHIFT,
        };
    }
    region_publish(TLK_DETAILS, 1);
}
