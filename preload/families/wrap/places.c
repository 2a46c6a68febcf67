#include "families/wrap/places.h"

#include <stddef.h>

#include "families/wrap/memory.h"

#define FEWEST_BUCKETS 256u
#define SPARE_STAY 256u

/* All guarded by the lock of memory.h. */
static struct place *spare, **spare_end = &spare; /* those freed first, first */
static size_t spare_count;
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

/* False only where there are none at all: crowded ones do too. Those before stay mapped: at the end
 * they are visited without the lock. */
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
    __atomic_store_n(&buckets, wider, __ATOMIC_RELEASE);
    __atomic_store_n(&bucket_count, count, __ATOMIC_RELEASE);
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

/* Under the lock. */
static struct place *place_get(void)
{
    struct place *place = spare;

    if (spare_count <= SPARE_STAY)
        return memory_take(sizeof(*place));
    spare = place->next;
    spare_count--;
    return place;
}

/* Under the lock. */
static void place_link(struct place *place, const void *key)
{
    place->key = key;
    place->shown = true;
    bucket_push(place_at(key), place);
    shown++;
}

struct place *place_new(const void *key)
{
    struct place *place = NULL;

    memory_lock();
    if (buckets_suffice())
        place = place_get();
    if (place)
        *place = (struct place){.key = key};
    if (place && key)
        place_link(place, key);
    memory_unlock();
    return place;
}

void place_show(struct place *place, const void *key)
{
    memory_lock();
    buckets_suffice();
    place_link(place, key);
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

/* Under the lock. */
static struct place *place_unlink(struct place **at)
{
    struct place *place = *at;

    *at = place->next;
    place->shown = false;
    shown--;
    return place;
}

struct place *place_take(const void *key)
{
    struct place *place = NULL;

    if (!__atomic_load_n(&shown, __ATOMIC_RELAXED))
        return NULL;
    memory_lock();
    if (bucket_count && *place_at(key))
        place = place_unlink(place_at(key));
    memory_unlock();
    return place;
}

struct place *places_take_all(const void *loop)
{
    struct place *taken = NULL;

    memory_lock();
    for (size_t i = 0; i < bucket_count; i++)
        for (struct place **at = &buckets[i]; *at;)
            if ((*at)->loop == loop)
                bucket_push(&taken, place_unlink(at));
            else
                at = &(*at)->next;
    memory_unlock();
    return taken;
}

void place_free(struct place *place)
{
    memory_lock();
    if (place->shown) {
        struct place **at = place_at(place->key);

        while (*at != place)
            at = &(*at)->next;
        place_unlink(at);
    }
    place->next = NULL;
    *spare_end = place;
    spare_end = &place->next;
    spare_count++;
    memory_unlock();
}

void places_visit(void (*visit)(struct place *place))
{
    size_t count = __atomic_load_n(&bucket_count, __ATOMIC_ACQUIRE);
    struct place *const *visited = __atomic_load_n(&buckets, __ATOMIC_ACQUIRE);

    for (size_t i = 0; i < count; i++)
        for (struct place *place = visited[i], *next; place; place = next) {
            next = place->next;
            visit(place);
        }
}
