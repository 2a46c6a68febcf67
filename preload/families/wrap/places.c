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

struct place *place_new(void)
{
    struct place *place;

    memory_lock();
    place = spare;
    if (place)
        spare = place->next;
    else
        place = memory_take(sizeof(*place));
    memory_unlock();
    if (place)
        *place = (struct place){0};
    return place;
}

bool place_show(struct place *place)
{
    bool suffice;

    memory_lock();
    suffice = buckets_suffice();
    if (suffice) {
        bucket_push(&buckets[bucket_of(place->key, bucket_count)], place);
        shown++;
    }
    memory_unlock();
    return suffice;
}

/* Under the lock: where the reference to it stands; NULL: there is none. */
static struct place **place_at(const void *key)
{
    struct place **at = bucket_count ? &buckets[bucket_of(key, bucket_count)] : NULL;

    while (at && *at && (*at)->key != key)
        at = &(*at)->next;
    return at && *at ? at : NULL;
}

struct place *place_find(const void *key)
{
    struct place **at;
    struct place *place;

    memory_lock();
    at = place_at(key);
    place = at ? *at : NULL;
    memory_unlock();
    return place;
}

struct place *place_take(const void *key)
{
    struct place **at;
    struct place *place;

    memory_lock();
    at = place_at(key);
    place = at ? *at : NULL;
    if (place) {
        *at = place->next;
        shown--;
    }
    memory_unlock();
    return place;
}

struct place *places_take_all(const void *argument)
{
    struct place *taken = NULL;

    memory_lock();
    for (size_t i = 0; i < bucket_count; i++)
        for (struct place **at = &buckets[i]; *at;) {
            struct place *place = *at;

            if (place->argument != argument) {
                at = &place->next;
                continue;
            }
            *at = place->next;
            shown--;
            bucket_push(&taken, place);
        }
    memory_unlock();
    return taken;
}

void place_free(struct place *place)
{
    memory_lock();
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
