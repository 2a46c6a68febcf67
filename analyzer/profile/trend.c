#include "profile/trend.h"

#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND 1e9

/* What one look found. */
struct tally {
    uint64_t live, created, released;
};

/* A site, known again by its key: its family and locations. */
struct followed {
    UT_hash_handle hh;
    uint64_t first_live; /* 0 if it was not there at the first look */
    struct tally last;
    char key[];
};

struct progress {
    struct followed *table;
    uint64_t first_live;
    struct tally last; /* of all sites together */
    struct movement total;
    size_t looks;
    uint64_t time; /* of the last look, mono */
    struct moving *sites;
    size_t count;
};

struct progress *progress_new(void)
{
    return memory_new(1, sizeof(struct progress));
}

void progress_free(struct progress *progress)
{
    struct followed *followed, *next;
    HASH_ITER (hh, progress->table, followed, next) {
        HASH_DEL(progress->table, followed);
        free(followed);
    }
    free(progress->sites);
    free(progress);
}

static struct followed *follow(struct progress *progress, const struct site *site)
{
    const char *key = (const char *)&site->family;
    size_t size = sizeof(site->family) + site->depth * sizeof(*site->locations);
    struct followed *followed;
    HASH_FIND(hh, progress->table, key, size, followed);
    if (followed)
        return followed;
    followed = memory_new(1, sizeof(*followed) + size);
    memcpy(followed->key, key, size);
    HASH_ADD_KEYPTR(hh, progress->table, followed->key, size, followed);
    return followed;
}

/* Counts of a process at work are balanced as they are read: now and then one shrinks a little. */
static double rate(uint64_t now, uint64_t before, uint64_t time)
{
    return now > before && time > 0 ? (double)(now - before) / ((double)time / NS_PER_SECOND) : 0;
}

/* Numbers from damaged recordings wrap, and overflow nothing. */
static struct movement move(const struct tally *now, const struct tally *before,
                            uint64_t first_live, uint64_t time)
{
    return (struct movement){
        .change = (int64_t)(now->live - before->live),
        .growth = (int64_t)(now->live - first_live),
        .created = rate(now->created, before->created, time),
        .released = rate(now->released, before->released, time),
    };
}

static struct tally tally(const struct counts *counts)
{
    return (struct tally){counts->live, counts->created + counts->inherited, counts->released};
}

static void look_at_site(struct progress *progress, struct moving *moving, uint64_t time)
{
    struct followed *followed = follow(progress, moving->site);
    struct tally now = tally(&moving->site->counts);
    if (progress->looks == 0) {
        followed->first_live = now.live;
        followed->last = now;
    }
    moving->movement = move(&now, &followed->last, followed->first_live, time);
    followed->last = now;
}

static void look_at_all(struct progress *progress, const struct counts *totals, uint64_t time)
{
    struct tally now = tally(totals);
    if (progress->looks == 0) {
        progress->first_live = now.live;
        progress->last = now;
    }
    progress->total = move(&now, &progress->last, progress->first_live, time);
    progress->last = now;
}

void progress_look(struct progress *progress, const struct profile *profile)
{
    uint64_t now = profile->processes[0]->as_of.mono, time = elapsed(now, progress->time);
    free(progress->sites);
    progress->count = profile->site_count;
    progress->sites = memory_new(progress->count, sizeof(*progress->sites));
    for (size_t i = 0; i < progress->count; i++) {
        progress->sites[i] = (struct moving){.site = profile->sites[i]};
        look_at_site(progress, &progress->sites[i], time);
    }
    look_at_all(progress, &profile->totals, time);
    progress->time = now;
    progress->looks++;
}

size_t progress_looks(const struct progress *progress)
{
    return progress->looks;
}

const struct moving *progress_sites(const struct progress *progress, size_t *count)
{
    *count = progress->count;
    return progress->sites;
}

const struct movement *progress_total(const struct progress *progress)
{
    return &progress->total;
}

static int descending(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int by_order(const struct moving *a, const struct moving *b, enum progress_order order)
{
    const struct movement *x = &a->movement, *y = &b->movement;
    switch (order) {
    case PROGRESS_GROWTH:
        return descending(x->growth, y->growth);
    case PROGRESS_CHANGE:
        return descending(x->change, y->change);
    case PROGRESS_LIVE:
        return compare_numbers(b->site->counts.live, a->site->counts.live);
    case PROGRESS_CREATED:
        return (x->created < y->created) - (x->created > y->created);
    case PROGRESS_ORDERS:
        break;
    }
    return 0;
}

static int compare(const void *left, const void *right, void *wanted)
{
    const struct moving *a = left, *b = right;
    int order = by_order(a, b, *(const enum progress_order *)wanted);
    if (!order)
        order = by_order(a, b, PROGRESS_CHANGE);
    return order ? order : compare_numbers(a->site->index, b->site->index);
}

void progress_sort(struct progress *progress, enum progress_order order)
{
    if (progress->count > 0)
        qsort_r(progress->sites, progress->count, sizeof(*progress->sites), compare, &order);
}

const char *progress_order_name(enum progress_order order)
{
    static const char *const names[PROGRESS_ORDERS] = {"growth", "change", "live",
                                                       "created per second"};
    return names[order];
}
