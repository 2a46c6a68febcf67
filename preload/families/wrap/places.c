#include "families/wrap/places.h"

#include <stddef.h>

#include "families/wrap/memory.h"

#define FEWEST_BUCKETS 256u

/* All guarded by the lock of memory.h. */
static struct place *spare;
static struct place **buckets; /* a power of two of them */
static size_t bucket_count, shown;

static size_t bucket_of(const void *key, size_t count)
{
    return (size_t)(((uintptr_t)key >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (count - 1);
}

static void bucket_push(struct place **to, struct place *place)
{
    place->next = *to;
    *to = place;
}

/* False only where there are none at all: crowded ones do too. */
static bool buckets_suffice(void)
{
    size_t count = bucket_count ? 2 * bucket_count : FEWEST_BUCKETS;
    struct place **wider;

    if (shown < bucket_count)
        return true;
    wider = memory_map(count * sizeof(*wider));
    if (!wider)
        return buckets != NULL;
    for (size_t i = 0; i < bucket_count; i++)
        while (buckets[i]) {
            struct place *place = buckets[i];

            buckets[i] = place->next;
            bucket_push(&wider[bucket_of(place->key, count)], place);
        }
    memory_unmap(buckets, bucket_count * sizeof(*buckets));
    buckets = wider;
    bucket_count = count;
    return true;
}

/* Under the lock: the reference to it. */
static struct place **place_at(const void *key)
{
    struct place **at = &buckets[bucket_of(key, bucket_count)];

    while (*at && (*at)->key != key)
        at = &(*at)->next;
    return at;
}

struct place *place_new(const void *key)
{
    struct place *place = NULL;

    memory_lock();
    if (buckets_suffice()) {
        place = spare ? spare : memory_take(sizeof(*place));
        if (place == spare && place)
            spare = place->next;
    }
    if (place)
        *place = (struct place){0};
    memory_unlock();
    if (place && key)
        place_show(place, key);
    return place;
}

void place_show(struct place *place, const void *key)
{
    memory_lock();
    place->key = key;
    bucket_push(place_at(key), place);
    shown++;
    memory_unlock();
}

struct place *place_find(const void *key)
{
    struct place *place = NULL;

    if (!__atomic_load_n(&shown, __ATOMIC_RELAXED))
        return NULL;
    memory_lock();
    if (bucket_count)
        place = *place_at(key);
    memory_unlock();
    return place;
}

void place_free(struct place *place)
{
    memory_lock();
    if (place->key) {
        struct place **at = place_at(place->key);

        while (*at != place)
            at = &(*at)->next;
        *at = place->next;
        shown--;
    }
    bucket_push(&spare, place);
    memory_unlock();
}

void places_visit(void (*visit)(struct place *place))
{
    for (size_t i = 0; i < bucket_count; i++)
        for (struct place *place = buckets[i], *next; place; place = next) {
            next = place->next;
            visit(place);
        }
}
