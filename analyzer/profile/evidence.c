#include "profile/evidence.h"

/*
 * A timer twice as old as any that was ever released here is no straggler: were lifetimes to grow
 * that much by chance, some released one would have shown it.
 */
#define OVERSTAY_FACTOR 2

static uint64_t since(uint64_t later, uint64_t earlier)
{
    return later > earlier ? later - earlier : 0;
}

/*
 * The floor at time t: the lowest number of live timers from then to the end. What lies below it
 * has never gone away since. The span that holds t counts as a whole.
 */
static uint32_t floor_at(const struct tlk_site *site, uint64_t t)
{
    uint32_t lowest = site->live;
    uint64_t from = since(t, site->history_start) >> site->history_shift;
    for (uint64_t i = from; i < site->history_used; i++) {
        if (site->history[i].low < lowest)
            lowest = site->history[i].low;
    }
    return lowest;
}

static uint64_t quarter(const struct evidence *evidence, unsigned index)
{
    uint64_t span = since(evidence->last_created, evidence->first_created);
    return evidence->first_created + span / QUARTERS * index;
}

static void read_history(struct evidence *evidence, const struct tlk_site *site)
{
    uint64_t span = since(evidence->last_created, evidence->first_created);
    evidence->history_known = site->history_used > 0 && (span >> site->history_shift) >= QUARTERS;
    if (!evidence->history_known)
        return;
    uint32_t before = floor_at(site, evidence->first_created);
    for (unsigned i = 1; i <= QUARTERS; i++) {
        uint64_t t = i < QUARTERS ? quarter(evidence, i) : evidence->last_created;
        uint32_t now = floor_at(site, t);
        evidence->rises += now > before;
        before = now;
    }
}

void evidence_begin(struct evidence *evidence, const struct tlk_site *site, uint64_t start,
                    const struct moment *now)
{
    *evidence = (struct evidence){
        .family = (enum tlk_family)site->family,
        .start = start,
        .as_of = now->mono,
        .slop = now->resolution,
        .created = site->created,
        .released = site->released,
        .first_created = site->first_created,
        .last_created = site->last_created,
        .last_released = site->last_released,
        .longest_life = site->longest_life,
    };
    read_history(evidence, site);
}

static unsigned quarter_of(const struct evidence *evidence, uint64_t created)
{
    unsigned index = 0;
    while (index + 1 < QUARTERS && created >= quarter(evidence, index + 1))
        index++;
    return index;
}

void evidence_add(struct evidence *evidence, const struct tlk_timer *timer)
{
    uint64_t age = since(evidence->as_of, timer->created);
    if (timer->flags & TLK_INHERITED) {
        evidence->inherited++;
        return;
    }
    if (evidence->live == 0 || timer->created < evidence->oldest)
        evidence->oldest = timer->created;
    if (timer->created > evidence->youngest)
        evidence->youngest = timer->created;
    evidence->live++;
    evidence->survivors[quarter_of(evidence, timer->created)]++;
    if (evidence->released == 0)
        return;
    uint64_t limit = evidence->longest_life + evidence->slop;
    /* Others were released after it was made: the program had its chance to release this one. */
    bool passed_over = timer->created < evidence->last_released;
    evidence->outlived += age > limit;
    if (passed_over && age / OVERSTAY_FACTOR > limit) {
        evidence->overstayed++;
        if (timer->created > evidence->youngest_overstayed)
            evidence->youngest_overstayed = timer->created;
    }
}
