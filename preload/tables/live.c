#include "tables/live.h"

#include "core/gate.h"
#include "core/lock.h"
#include "tables/mapfile.h"
#include "tables/table.h"

#define SHARDS 16
#define YOUNG_SETS 128
#define YOUNG_WAYS 7

struct key {
    uint64_t id, family;
};

struct entry {
    UT_hash_handle hh;
    struct key key;
    uint32_t slot;
    struct entry *next_free;
};

static struct shard {
    struct lock lock;
    struct entry *entries;
    struct entry *free;
    uint32_t count; /* of timers; read without the lock too */
    struct arena arena;
} __attribute__((aligned(64))) shards[SHARDS];

/* An entry that stays, as uthash throws an empty table away. */
static const struct key nobody = {UINT64_MAX, UINT64_MAX};

/*
 * Most timers die young. The last few made are here, a set in one cache line, and come into the
 * tables only when they must make room: they are in the table before they are gone from here, so
 * that who looks here first, also without the lock, and then there, finds them.
 */
static struct set {
    struct lock lock;
    uint32_t hashes[YOUNG_WAYS], slots[YOUNG_WAYS]; /* slot 0: free */
} __attribute__((aligned(64))) young[YOUNG_SETS];

/* Entries, and the buckets of uthash, which double: any one shard may get more than its share. */
static size_t shard_size(size_t timers)
{
    size_t size = timers / SHARDS * (sizeof(struct entry) + 32) * 2 + 65536;

    return (size + 4095) & ~(size_t)4095;
}

bool live_start(void)
{
    size_t size = shard_size(slots_of_kernel());
    char *memory = memory_reserve(SHARDS * size);

    if (!memory || !slots_start())
        return false;
    for (int i = 0; i < SHARDS; i++, memory += size)
        shards[i].arena = (struct arena){memory, size, 0};
    return true;
}

void live_widen(void)
{
    static bool widened;
    size_t size = shard_size(slots_most());
    char *memory;

    if (__atomic_load_n(&widened, __ATOMIC_RELAXED) || gate->sandboxed ||
        __atomic_exchange_n(&widened, true, __ATOMIC_RELAXED) || size <= shards[0].arena.size)
        return;
    memory = memory_reserve(SHARDS * size);
    for (int i = 0; memory && i < SHARDS; i++, memory += size) {
        if (!lock_take(&shards[i].lock))
            continue;
        shards[i].arena = (struct arena){memory, size, 0};
        lock_give(&shards[i].lock);
    }
}

static inline unsigned key_hash(struct key key)
{
    return (unsigned)(hash_mix(key.id, key.family << 56) >> 32);
}

static struct shard *shard_of(struct key key)
{
    return &shards[key_hash(key) >> 28 & (SHARDS - 1)];
}

static struct set *set_of(struct key key)
{
    return &young[key_hash(key) % YOUNG_SETS];
}

static struct entry *entry_take(struct shard *shard)
{
    struct entry *entry = shard->free;

    if (entry)
        shard->free = entry->next_free;
    else
        entry = arena_take(&shard->arena, sizeof(*entry));
    return entry;
}

static bool shard_add(struct shard *shard, struct key key, uint32_t slot)
{
    struct arena *table_arena = &shard->arena;
    struct entry *entry = entry_take(shard);

    if (!entry)
        return false;
    entry->key = key;
    entry->slot = slot;
    HASH_ADD_BYHASHVALUE(hh, shard->entries, key, sizeof(entry->key), key_hash(key), entry);
    return entry->hh.tbl != NULL;
}

static struct entry *shard_find(struct shard *shard, struct key key)
{
    struct entry *entry;

    HASH_FIND_BYHASHVALUE(hh, shard->entries, &key, sizeof(key), key_hash(key), entry);
    return entry;
}

/* False when there was no room, or the lock could not be had. */
static bool shard_put(struct key key, uint32_t slot)
{
    struct shard *shard = shard_of(key);
    bool put;

    if (!lock_take(&shard->lock))
        return false;
    put = (shard->entries || shard_add(shard, nobody, 0)) && shard_add(shard, key, slot);
    if (put)
        __atomic_store_n(&shard->count, shard->count + 1, __ATOMIC_RELEASE);
    lock_give(&shard->lock);
    return put;
}

static uint32_t shard_lookup(struct key key)
{
    struct shard *shard = shard_of(key);
    struct entry *entry;
    uint32_t slot;

    if (!__atomic_load_n(&shard->count, __ATOMIC_ACQUIRE) || !lock_take(&shard->lock))
        return 0;
    entry = shard_find(shard, key);
    slot = entry ? entry->slot : 0;
    lock_give(&shard->lock);
    return slot;
}

static __attribute__((noinline)) uint32_t shard_remove_entry(struct shard *shard, struct key key,
                                                             bool (*take)(struct lock *))
{
    struct entry *entry;
    uint32_t slot = 0;

    if (!take(&shard->lock)) {
        recording_drop(TLK_DROP_PENDING);
        return 0;
    }
    entry = shard_find(shard, key);
    if (entry) {
        slot = entry->slot;
        HASH_DELETE(hh, shard->entries, entry);
        entry->next_free = shard->free;
        shard->free = entry;
        __atomic_store_n(&shard->count, shard->count - 1, __ATOMIC_RELAXED);
    }
    lock_give(&shard->lock);
    return slot;
}

static inline uint32_t shard_remove(struct key key, bool (*take)(struct lock *))
{
    struct shard *shard = shard_of(key);

    return __atomic_load_n(&shard->count, __ATOMIC_ACQUIRE) ? shard_remove_entry(shard, key, take)
                                                            : 0;
}

static struct key key_of(const struct tlk_timer *timer)
{
    return (struct key){timer->id, timer->family};
}

static bool is_live(uint32_t slot, struct key key)
{
    const struct tlk_timer *timer = timer_at(slot);

    return slot && __atomic_load_n(&timer->state, __ATOMIC_ACQUIRE) == TLK_LIVE &&
           timer->id == key.id && timer->family == key.family;
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

/* A way made free; YOUNG_WAYS when there is no room for who is in it. */
static __attribute__((noinline)) unsigned way_make_free(const struct set *set, uint32_t hash)
{
    unsigned oldest = (hash >> 8) % YOUNG_WAYS;
    const struct tlk_timer *timer = timer_at(set->slots[oldest]);

    if (__atomic_load_n(&timer->state, __ATOMIC_ACQUIRE) == TLK_LIVE &&
        !shard_put(key_of(timer), set->slots[oldest]))
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
    uint32_t before, hash = key_hash(key);
    struct set *set = set_of(key);
    unsigned way;

    if (!lock_take(&set->lock))
        return slot;
    way = way_of(set, key, &before);
    if (way == YOUNG_WAYS) {
        before = shard_remove(key, lock_take);
        for (way = 0; way < YOUNG_WAYS && set->slots[way];)
            way++;
        if (way == YOUNG_WAYS)
            way = way_make_free(set, hash);
    }
    if (way < YOUNG_WAYS)
        way_set(set, way, hash, slot);
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

    way_of(set_of(key), key, &slot);
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
    struct set *set = set_of(key);
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
    for (int i = 0; i < SHARDS; i++) {
        shards[i].entries = NULL;
        shards[i].free = NULL;
        shards[i].count = 0;
        shards[i].arena.used = 0;
    }
    memset(young, 0, sizeof(young));
}

void live_shrink(void)
{
    for (int i = 0; i < SHARDS; i++)
        arena_shrink(&shards[i].arena, &shards[i].lock, ROOM_LEFT);
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
