#include "tables/frames.h"

#include "core/hash.h"
#include "core/memory.h"
#include "tables/chains.h"
#include "tables/regions.h"
#include "tables/modules.h"

#define SETS 2048
#define WAYS 4

/*
 * What addresses mean, a set in one cache line. An address that was in none before takes the place
 * of another. Who looks takes no lock, and finds out if that happens meanwhile.
 */
static struct set {
    struct meaning {
        uint64_t address;
        uint64_t number; /* epoch << 32 | number: what another epoch says is forgotten */
    } ways[WAYS];
} __attribute__((aligned(64))) sets[SETS];

/* From frames to their numbers. */
static struct chains entered;
static uint32_t numbers_most;

static uint64_t frame_at(uint32_t number)
{
    return *(const uint64_t *)region_place(TLK_FRAMES, number, sizeof(uint64_t), TLK_FIRST_FRAMES);
}

static uint32_t frame_hash(uint64_t frame)
{
    return (uint32_t)(hash_mix(0, frame) >> 32);
}

static uint32_t hash_of_number(uint32_t number)
{
    return frame_hash(frame_at(number));
}

bool frames_start(void)
{
    numbers_most = region_most(TLK_FRAMES);
    entered.next = memory_reserve(numbers_most * sizeof(*entered.next));
    return entered.next && chains_start(&entered, numbers_most, hash_of_number);
}

static struct set *set_of(uint64_t address)
{
    return &sets[hash_mix(0, address) >> 32 & (SETS - 1)];
}

/* 0: not remembered. */
static uint32_t meaning_of(uint64_t address, uint32_t epoch)
{
    const struct set *set = set_of(address);

    for (unsigned i = 0; i < WAYS; i++) {
        const struct meaning *way = &set->ways[i];
        uint64_t number;

        if (__atomic_load_n(&way->address, __ATOMIC_ACQUIRE) != address)
            continue;
        number = __atomic_load_n(&way->number, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&way->address, __ATOMIC_RELAXED) == address && number >> 32 == epoch)
            return (uint32_t)number;
    }
    return 0;
}

bool frames_recall(void *const *addresses, uint32_t *numbers, uint32_t count)
{
    uint32_t epoch = modules_epoch();

    for (uint32_t i = 0; i < count; i++)
        if (!(numbers[i] = meaning_of((uintptr_t)addresses[i], epoch)))
            return false;
    return true;
}

static struct meaning *way_for(uint64_t address, uint32_t epoch)
{
    static unsigned turn;
    struct set *set = set_of(address);

    for (unsigned i = 0; i < WAYS; i++)
        if (set->ways[i].address == address)
            return &set->ways[i];
    for (unsigned i = 0; i < WAYS; i++)
        if (!set->ways[i].address || set->ways[i].number >> 32 != epoch)
            return &set->ways[i];
    return &set->ways[turn++ % WAYS];
}

void frames_remember(void *const *addresses, const uint32_t *numbers, uint32_t count,
                     uint32_t epoch)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t address = (uintptr_t)addresses[i];
        struct meaning *way = way_for(address, epoch);

        if (way->address != address)
            __atomic_store_n(&way->address, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&way->number, (uint64_t)epoch << 32 | numbers[i], __ATOMIC_RELEASE);
        __atomic_store_n(&way->address, address, __ATOMIC_RELEASE);
    }
}

static uint32_t frame_find(uint64_t frame, uint32_t hash)
{
    uint32_t number = chain_first(&entered, hash);

    while (chain_goes_on(number) && frame_at(number) != frame)
        number = chain_next(&entered, number);
    return chain_goes_on(number) ? number : 0;
}

static uint32_t frame_enter(uint64_t frame)
{
    uint32_t hash = frame_hash(frame), number = frame_find(frame, hash);

    if (number)
        return number;
    number = region_take(TLK_FRAMES, 1);
    if (!number || number >= numbers_most)
        return 0;
    *(uint64_t *)region_place(TLK_FRAMES, number, sizeof(uint64_t), TLK_FIRST_FRAMES) = frame;
    region_publish(TLK_FRAMES, number + 1);
    chains_add(&entered, number, hash);
    return number;
}

bool frames_enter(const uint64_t *given, uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!(numbers[i] = frame_enter(given[i])))
            return false;
    return true;
}

void frames_shrink(void)
{
    size_t size = numbers_most * sizeof(*entered.next);
    size_t used = recording->regions[TLK_FRAMES].used * sizeof(*entered.next);

    chains_shrink(&entered);
    numbers_most =
        (uint32_t)(memory_shrink(entered.next, size, used + ROOM_LEFT) / sizeof(*entered.next));
}
