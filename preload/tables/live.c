#include "tables/live.h"

#include <string.h>

#include "core/hash.h"
#include "core/lock.h"
#include "core/memory.h"
#include "tables/chains.h"
#include "tables/regions.h"

#define SHARDS 16
#define YOUNG_SETS 128
#define YOUNG_WAYS 7

struct key {
    uint64_t id, family;
};

/* The keys are those of the timers themselves, as they are while they live. */
static struct shard {
    struct lock lock;
    struct chains chains;
} __attribute__((aligned(64))) shards[SHARDS];
static size_t next_size; /* bytes of what the chains have in common */

/*
 * Most timers die young. The last few made are here, a set in one cache line, and come into the
 * tables only when they must make room: they are in the table before they are gone from here, so
 * that who looks here first, also without the lock, and then there, finds them.
 */
static struct set {
    struct lock lock;
    uint32_t hashes[YOUNG_WAYS], slots[YOUNG_WAYS]; /* slot 0: free */
} __attribute__((aligned(64))) young[YOUNG_SETS];

static inline uint32_t key_hash(struct key key)
{
    return (uint32_t)(hash_mix(key.id, key.family << 56) >> 32);
}

static struct key key_of(const struct tlk_timer *timer)
{
    return (struct key){timer->id, timer->family};
}

static uint32_t hash_of_slot(uint32_t slot)
{
    return key_hash(key_of(timer_at(slot)));
}

bool live_start(void)
{
    uint32_t most = slots_most();
    uint32_t *next;

    next_size = most * sizeof(*next);
    next = memory_reserve(next_size);
    for (int i = 0; next && i < SHARDS; i++) {
        shards[i].chains.next = next;
        if (!chains_start(&shards[i].chains, most / SHARDS * 2, hash_of_slot))
            return false;
    }
    slots_start();
    return next != NULL;
}

static struct shard *shard_of(uint32_t hash)
{
    return &shards[hash >> 28 & (SHARDS - 1)];
}

static struct set *set_of(uint32_t hash)
{
    return &young[hash % YOUNG_SETS];
}

static bool is_chained(uint32_t slot)
{
    return __atomic_load_n(&shards[0].chains.next[slot], __ATOMIC_SEQ_CST) != 0;
}

static inline __attribute__((always_inline)) bool is_live(uint32_t slot, struct key key)
{
    const struct tlk_timer *timer = timer_at(slot);

    return slot && timer_is_live(timer) && timer->id == key.id && timer->family == key.family;
}

/* Of a timer that has a name by which it is found: it is there no more. Within a section. */
static bool shard_drop(uint32_t slot, uint32_t hash)
{
    struct shard *shard = shard_of(hash);

    if (!lock_take(&shard->lock))
        return false;
    chains_remove(&shard->chains, slot, hash);
    lock_give(&shard->lock);
    return true;
}

bool live_drop(uint32_t slot)
{
    return !is_chained(slot) || shard_drop(slot, hash_of_slot(slot));
}

/* That timer, not another that has its slot by now. */
static bool slot_is_of(uint32_t slot, uint32_t hash)
{
    return timer_is_live(timer_at(slot)) && hash_of_slot(slot) == hash;
}

/* False when the lock could not be had. One that has ended meanwhile is not left there. */
static bool shard_put(uint32_t hash, uint32_t slot)
{
    struct shard *shard = shard_of(hash);

    if (!lock_take(&shard->lock))
        return false;
    if (!is_chained(slot))
        chains_add(&shard->chains, slot, hash);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!slot_is_of(slot, hash))
        chains_remove(&shard->chains, slot, hash);
    lock_give(&shard->lock);
    return true;
}

/* The shard's lock is held. */
static uint32_t shard_find(const struct shard *shard, struct key key)
{
    uint32_t slot = chain_first(&shard->chains, key_hash(key));

    while (chain_goes_on(slot) && !is_live(slot, key))
        slot = chain_next(&shard->chains, slot);
    return chain_goes_on(slot) ? slot : 0;
}

static bool shard_is_empty(const struct shard *shard)
{
    return !__atomic_load_n(&shard->chains.count, __ATOMIC_ACQUIRE);
}

static uint32_t shard_lookup(struct key key)
{
    struct shard *shard = shard_of(key_hash(key));
    uint32_t slot;

    if (shard_is_empty(shard) || !lock_take(&shard->lock))
        return 0;
    slot = shard_find(shard, key);
    lock_give(&shard->lock);
    return slot;
}

static inline uint32_t shard_remove(struct key key, bool (*take)(struct lock *))
{
    struct shard *shard = shard_of(key_hash(key));
    uint32_t slot;

    if (shard_is_empty(shard))
        return 0;
    if (!take(&shard->lock)) {
        recording_drop(TLK_DROP_PENDING);
        return 0;
    }
    slot = shard_find(shard, key);
    if (slot)
        chains_remove(&shard->chains, slot, key_hash(key));
    lock_give(&shard->lock);
    return slot;
}

/* The way and the slot of a live timer; YOUNG_WAYS and 0 when it is in none. */
static inline unsigned way_of(const struct set *set, struct key key, uint32_t *slot)
{
    uint32_t hash = key_hash(key);

    for (unsigned i = 0; i < YOUNG_WAYS; i++) {
        if (__atomic_load_n(&set->hashes[i], __ATOMIC_RELAXED) != hash)
            continue;
        *slot = __atomic_load_n(&set->slots[i], __ATOMIC_ACQUIRE);
        if (is_live(*slot, key))
            return i;
    }
    *slot = 0;
    return YOUNG_WAYS;
}

/* A free way, made free if need be; YOUNG_WAYS when who is in it can't be put elsewhere. */
static inline unsigned way_free(const struct set *set, uint32_t hash)
{
    unsigned oldest = (hash >> 8) % YOUNG_WAYS;

    for (unsigned i = 0; i < YOUNG_WAYS; i++)
        if (!set->slots[i])
            return i;
    if (slot_is_of(set->slots[oldest], set->hashes[oldest]) &&
        !shard_put(set->hashes[oldest], set->slots[oldest]))
        return YOUNG_WAYS;
    return oldest;
}

static void way_set(struct set *set, unsigned way, uint32_t hash, uint32_t slot)
{
    __atomic_store_n(&set->slots[way], 0, __ATOMIC_RELEASE);
    __atomic_store_n(&set->hashes[way], hash, __ATOMIC_RELEASE);
    __atomic_store_n(&set->slots[way], slot, __ATOMIC_RELEASE);
}

uint32_t live_put(uint32_t family, uint64_t id, uint32_t slot)
{
    struct key key = {id, family};
    struct set *set = set_of(key_hash(key));
    uint32_t before;
    unsigned way;

    if (!lock_take(&set->lock)) {
        recording_drop(TLK_DROP_LOCK);
        return slot;
    }
    way = way_of(set, key, &before);
    if (way == YOUNG_WAYS) {
        before = shard_remove(key, lock_take);
        way = way_free(set, key_hash(key));
    }
    if (way < YOUNG_WAYS)
        way_set(set, way, key_hash(key), slot);
    lock_give(&set->lock);
    if (way < YOUNG_WAYS)
        return before;
    recording_drop(TLK_DROP_FULL);
    return slot;
}

uint32_t live_find_fast(uint32_t family, uint64_t id)
{
    struct key key = {id, family};
    uint32_t slot;

    way_of(set_of(key_hash(key)), key, &slot);
    return slot;
}

uint32_t live_find(uint32_t family, uint64_t id)
{
    uint32_t slot = live_find_fast(family, id);

    if (slot)
        return slot;
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* who made room there has put it here before */
    return shard_lookup((struct key){id, family});
}

static inline uint32_t remove_by(struct key key, bool (*take)(struct lock *))
{
    struct set *set = set_of(key_hash(key));
    uint32_t slot;
    unsigned way;

    if (!take(&set->lock)) {
        recording_drop(TLK_DROP_PENDING);
        return 0;
    }
    way = way_of(set, key, &slot);
    if (way < YOUNG_WAYS)
        __atomic_store_n(&set->slots[way], 0, __ATOMIC_RELEASE);
    lock_give(&set->lock);
    return slot ? slot : shard_remove(key, take);
}

uint32_t live_remove(uint32_t family, uint64_t id)
{
    return remove_by((struct key){id, family}, lock_take);
}

uint32_t live_remove_now(uint32_t family, uint64_t id)
{
    return remove_by((struct key){id, family}, lock_try);
}

void live_forget_ids(void)
{
    for (int i = 0; i < SHARDS; i++)
        chains_clear(&shards[i].chains);
    memset(young, 0, sizeof(young));
}

void live_shrink(void)
{
    uint32_t **next = &shards[0].chains.next;

    next_size = memory_shrink(*next, next_size, slots_most() * sizeof(**next));
    for (int i = 0; i < SHARDS; i++) {
        if (!lock_take(&shards[i].lock))
            continue;
        chains_shrink(&shards[i].chains);
        lock_give(&shards[i].lock);
    }
}

bool live_lock(void)
{
    for (int i = 0; i < SHARDS; i++) {
        if (lock_take(&shards[i].lock))
            continue;
        while (i-- > 0)
            lock_give(&shards[i].lock);
        return false;
    }
    return true;
}

void live_unlock(void)
{
    for (int i = 0; i < SHARDS; i++)
        lock_give(&shards[i].lock);
}
