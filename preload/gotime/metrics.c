#include "metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mutex.h"

#define SLOTS (2 * METRICS_NAMES) /* a power of two */

static struct metrics_series nameless;

struct metrics_series *metrics_series[METRICS_NAMES] = {&nameless};

const int64_t metrics_latency_bounds[METRICS_BUCKETS] = {
    100000, 1000000, 10000000, 100000000, 500000000, 1000000000, 5000000000, INT64_MAX,
};

const int64_t metrics_lateness_bounds[METRICS_BUCKETS] = {
    10000,   25000,   50000,    100000,    250000,     500000,
    1000000, 5000000, 10000000, 100000000, 1000000000, INT64_MAX,
};

/* Open addressing, by hash; 0 is free. Read without the lock, which is for those who add. */
static uint8_t slots[SLOTS];
static unsigned names_made = 1;
static struct mutex names_lock;

static uint32_t name_hash(const char *name)
{
    uint32_t hash = 2166136261u;

    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash ^ hash >> 16;
}

/* The slot of a name, or the free one where it belongs: half of them are always free. */
static uint8_t *slot_find(const char *name)
{
    for (uint32_t at = name_hash(name);; at++) {
        uint8_t *slot = &slots[at % SLOTS];
        uint8_t number = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

        if (!number || strcmp(metrics_series[number]->name, name) == 0)
            return slot;
    }
}

static struct metrics_series *series_make(const char *name)
{
    struct metrics_series *series = aligned_alloc(_Alignof(struct metrics_series), sizeof(*series));
    char *copy = strdup(name);

    if (!series || !copy) {
        free(series);
        free(copy);
        return NULL;
    }
    *series = (struct metrics_series){.name = copy};
    return series;
}

/* Under the lock. In this order, so that a fork in the midst of it wastes a number at most. */
static int name_add(const char *name)
{
    uint8_t *slot = slot_find(name), found = *slot;

    if (found)
        return found;
    if (names_made == METRICS_NAMES)
        return -ENOSPC;
    struct metrics_series *series = series_make(name);
    if (!series)
        return -ENOMEM;
    unsigned number = names_made++;
    __atomic_store_n(&metrics_series[number], series, __ATOMIC_RELEASE);
    __atomic_store_n(slot, (uint8_t)number, __ATOMIC_RELEASE);
    return (int)number;
}

int metrics_name(const char *name)
{
    if (!name || !*name)
        return 0;
    int number = __atomic_load_n(slot_find(name), __ATOMIC_ACQUIRE);
    if (!number) {
        mutex_take(&names_lock);
        number = name_add(name);
        mutex_give(&names_lock);
    }
    return number;
}

void metrics_rename(unsigned from, unsigned to)
{
    metrics_count(to, METRICS_CREATED, 1);
    metrics_count(from, METRICS_CREATED, UINT64_MAX);
}

static void series_reset(struct metrics_series *series)
{
    *series = (struct metrics_series){.name = series->name};
}

void metrics_renew(void)
{
    for (unsigned i = 0; i < METRICS_NAMES && metrics_series[i]; i++)
        series_reset(metrics_series[i]);
    names_lock = (struct mutex){0};
}

void metrics_end(void)
{
    for (unsigned i = 1; i < METRICS_NAMES && metrics_series[i]; i++) {
        free((void *)metrics_series[i]->name);
        free(metrics_series[i]);
        metrics_series[i] = NULL;
    }
    memset(slots, 0, sizeof(slots));
    names_made = 1;
    series_reset(&nameless);
}
