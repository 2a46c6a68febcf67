#include "stacks/known.h"

#include <stddef.h>
#include <string.h>

#include "core/lock.h"
#include "core/memory.h"
#include "tables/modules.h"
#include "tables/strings.h"

#define LEAST 256 /* a page */
#define MOST (1 << 20)

/* Torn ones don't match any print. */
struct known {
    uint64_t tag;            /* 0: a free place */
    uint64_t check_and_site; /* 32 bits of each */
};

/* Open addressing, in memory that was reserved: it doubles in its place. */
static struct {
    struct known *places;
    uint32_t mask;
    uint32_t used, most, epoch; /* guarded by the catalog lock */
} table;

bool known_start(void)
{
    table.places = memory_reserve_for_cache(MOST * sizeof(*table.places));
    table.mask = LEAST - 1;
    table.most = MOST;
    return table.places != NULL;
}

void known_shrink(void)
{
    size_t size = sizeof(*table.places), kept;

    if (!table.places || !lock_take(&catalog_lock))
        return;
    kept = memory_shrink(table.places, table.most * size, 2 * (table.mask + 1) * size);
    while (table.most * size > kept)
        table.most /= 2;
    lock_give(&catalog_lock);
}

bool known_find(const struct print *print, uint32_t *site)
{
    uint32_t mask = __atomic_load_n(&table.mask, __ATOMIC_ACQUIRE);

    for (uint32_t i = 0; i <= mask; i++) {
        const struct known *place = &table.places[(print->tag + i) & mask];
        uint64_t tag = __atomic_load_n(&place->tag, __ATOMIC_ACQUIRE);
        uint64_t rest = __atomic_load_n(&place->check_and_site, __ATOMIC_RELAXED);

        *site = (uint32_t)rest;
        if (tag == print->tag && (rest ^ print->check) >> 32 == 0)
            return true;
        if (!tag)
            return false;
    }
    return false;
}

static void place_in(uint32_t mask, const struct known *entry)
{
    uint64_t i = entry->tag;
    struct known *place;

    while ((place = &table.places[i & mask])->tag)
        i++;
    __atomic_store_n(&place->check_and_site, entry->check_and_site, __ATOMIC_RELAXED);
    __atomic_store_n(&place->tag, entry->tag, __ATOMIC_RELEASE);
}

static void forget(uint32_t epoch)
{
    __atomic_store_n(&table.mask, LEAST - 1, __ATOMIC_RELEASE);
    memset(table.places, 0, LEAST * sizeof(*table.places));
    table.used = 0;
    table.epoch = epoch;
}

/*
 * Each goes where it belongs among twice as many places, beginning behind a free one, so that none
 * is in another's way. One that is looked for meanwhile may not be found, which does no harm.
 */
static void grow(void)
{
    uint32_t mask = table.mask, size = mask + 1, start = 0;

    memset(table.places + size, 0, size * sizeof(*table.places));
    while (table.places[start].tag)
        start++;
    for (uint32_t i = 1; i < size; i++) {
        struct known *place = &table.places[(start + i) & mask], moved = *place;

        if (!moved.tag)
            continue;
        __atomic_store_n(&place->tag, 0, __ATOMIC_RELAXED);
        place_in(2 * mask + 1, &moved);
    }
    __atomic_store_n(&table.mask, 2 * mask + 1, __ATOMIC_RELEASE);
}

/* The lock is held. False when there are no more places. */
static bool make_room(uint32_t epoch)
{
    if (table.epoch != epoch)
        forget(epoch);
    if (table.used < (table.mask + 1) / 8 * 7)
        return true;
    if (table.mask + 1 >= table.most)
        return false;
    grow();
    return true;
}

void known_add(const struct print *print, uint32_t site, uint32_t epoch)
{
    struct known entry = {print->tag, print->check >> 32 << 32 | site};
    uint32_t found;

    if (!lock_take(&catalog_lock))
        return;
    if (modules_epoch() == epoch && make_room(epoch) && !known_find(print, &found)) {
        place_in(table.mask, &entry);
        table.used++;
    }
    lock_give(&catalog_lock);
}
