#include "profile/trend.h"

#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND 1e9

/* A site, known again by its key: its family and locations. */
struct followed {
    uint64_t first_live; /* 0 if it was not there at the first look */
    struct tally last;
    void *key;
    size_t size;
};

struct trend *trend_new(void)
{
    return memory_new(1, sizeof(struct trend));
}

void trend_free(struct trend *trend)
{
    for (size_t i = 0; i < trend->followed_count; i++)
        free(trend->followed[i].key);
    free(trend->followed);
    index_free(&trend->index);
    free(trend->sites);
    free(trend);
}

static bool same_followed(const void *wanted, const void *list, uint32_t number)
{
    const struct followed *site = wanted, *known = (const struct followed *)list + number;
    return site->size == known->size && memcmp(site->key, known->key, site->size) == 0;
}

/* Valid until the next one is asked for. */
static struct followed *follow_site(struct trend *trend, struct site *site)
{
    struct followed one = {.key = &site->family,
                           .size = sizeof(site->family) + site->depth * sizeof(*site->locations)};
    uint64_t hash = hash_key(one.key, one.size);
    uint32_t known = index_find(&trend->index, hash, &one, trend->followed, same_followed);
    if (known != INDEX_NONE)
        return &trend->followed[known];
    one.key = memcpy(memory_new(1, one.size), one.key, one.size);
    trend->followed = memory_grow(trend->followed, trend->followed_count, &trend->followed_room,
                                  sizeof(*trend->followed));
    index_add(&trend->index, hash, (uint32_t)trend->followed_count);
    trend->followed[trend->followed_count] = one;
    return &trend->followed[trend->followed_count++];
}

/* Counts of a process at work are balanced as they are read: now and then one shrinks a little. */
static double per_second(uint64_t now, uint64_t before, uint64_t time)
{
    return now > before && time > 0 ? (double)(now - before) / ((double)time / NS_PER_SECOND) : 0;
}

/* Numbers from damaged recordings wrap, and overflow nothing. */
static struct movement movement_between(const struct tally *now, const struct tally *before,
                                        uint64_t first_live, uint64_t time)
{
    return (struct movement){
        .change = (int64_t)(now->live - before->live),
        .growth = (int64_t)(now->live - first_live),
        .created = per_second(now->created, before->created, time),
        .released = per_second(now->released, before->released, time),
    };
}

static struct tally tally_of(const struct counts *counts)
{
    return (struct tally){counts->live, counts->created + counts->inherited, counts->released};
}

static void look_at_site(struct trend *trend, struct moving *moving, uint64_t time)
{
    struct followed *followed = follow_site(trend, moving->site);
    struct tally now = tally_of(&moving->site->counts);
    if (trend->looks == 0) {
        followed->first_live = now.live;
        followed->last = now;
    }
    moving->movement = movement_between(&now, &followed->last, followed->first_live, time);
    followed->last = now;
}

static void look_at_all(struct trend *trend, const struct counts *totals, uint64_t time)
{
    struct tally now = tally_of(totals);
    if (trend->looks == 0) {
        trend->first_live = now.live;
        trend->last = now;
    }
    trend->total = movement_between(&now, &trend->last, trend->first_live, time);
    trend->last = now;
}

void trend_look(struct trend *trend, const struct profile *profile)
{
    uint64_t now = profile->processes[0]->as_of.mono, time = elapsed(now, trend->time);
    free(trend->sites);
    trend->count = profile->site_count;
    trend->sites = memory_new(trend->count, sizeof(*trend->sites));
    for (size_t i = 0; i < trend->count; i++) {
        trend->sites[i] = (struct moving){.site = profile->sites[i]};
        look_at_site(trend, &trend->sites[i], time);
    }
    look_at_all(trend, &profile->totals, time);
    trend->time = now;
    trend->looks++;
}

static int by_descending(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int by_order(const struct moving *a, const struct moving *b, enum trend_order order)
{
    const struct movement *x = &a->movement, *y = &b->movement;
    switch (order) {
    case TREND_GROWTH:
        return by_descending(x->growth, y->growth);
    case TREND_CHANGE:
        return by_descending(x->change, y->change);
    case TREND_LIVE:
        return compare_numbers(b->site->counts.live, a->site->counts.live);
    case TREND_CREATED:
        return (x->created < y->created) - (x->created > y->created);
    case TREND_ORDERS:
        break;
    }
    return 0;
}

static int compare_moving(const void *left, const void *right, void *wanted)
{
    const struct moving *a = left, *b = right;
    int order = by_order(a, b, *(const enum trend_order *)wanted);
    if (!order)
        order = by_order(a, b, TREND_CHANGE);
    return order ? order : compare_numbers(a->site->index, b->site->index);
}

void trend_sort(struct trend *trend, enum trend_order order)
{
    if (trend->count > 0)
        qsort_r(trend->sites, trend->count, sizeof(*trend->sites), compare_moving, &order);
}

const char *trend_order_name(enum trend_order order)
{
    static const char *const names[TREND_ORDERS] = {"growth", "change", "live", "created/s"};
    return names[order];
}
