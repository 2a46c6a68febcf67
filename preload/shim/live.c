#define _GNU_SOURCE
#include "live.h"

#include <sys/resource.h>

#include "lock.h"
#include "mapfile.h"
#include "table.h"

#define SHARDS 16
#define DESCRIPTORS_MOST (1u << 20)
#define RECENT 1024

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
    struct arena arena;
} __attribute__((aligned(64))) shards[SHARDS];

/* An entry that stays, as uthash throws an empty table away. */
static const struct key nobody = {UINT64_MAX, UINT64_MAX};

/* By id, so that re-arming needs no lock; few enough to stay in the cache. */
static uint32_t recent[RECENT];

uint32_t *descriptor_slots;
uint32_t descriptor_limit;
uint32_t descriptor_high;

/*
 * The free slots are a stack, linked by index; its head carries a count that changes with every
 * take, or a thread that was interrupted in one could bring back a slot in use.
 */
static uint64_t free_head; /* count << 32 | slot */
static uint32_t *free_next;
static uint32_t slots_made; /* slots handed out for the first time so far, plus one */
static struct lock slots_lock;

uint32_t slots_most(void)
{
    return recording->chunk_count * (TLK_CHUNK / sizeof(struct tlk_timer));
}

bool live_start(void)
{
    size_t timers = slots_most(), shard_size;
    struct rlimit files = {.rlim_max = DESCRIPTORS_MOST};
    char *memory;

    /* Entries, and the buckets of uthash, which double: any one shard may get more than its share.
     */
    shard_size = timers / SHARDS * (sizeof(struct entry) + 32) * 2 + 65536;
    shard_size = (shard_size + 4095) & ~(size_t)4095;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max > DESCRIPTORS_MOST)
        files.rlim_max = DESCRIPTORS_MOST;
    memory = memory_reserve(SHARDS * shard_size + (timers + files.rlim_max) * sizeof(uint32_t));
    if (!memory)
        return false;
    for (int i = 0; i < SHARDS; i++, memory += shard_size)
        shards[i].arena = (struct arena){memory, shard_size, 0};
    free_next = (uint32_t *)memory;
    descriptor_slots = free_next + timers;
    slots_made = 1;
    __atomic_store_n(&descriptor_limit, (uint32_t)files.rlim_max, __ATOMIC_RELEASE);
    return true;
}

static uint32_t slot_make(void)
{
    uint32_t slot;

    if (!lock_take(&slots_lock))
        return 0;
    slot = slots_made < slots_most() ? region_take(TLK_TIMERS, 1) : 0;
    if (slot) {
        slots_made = slot + 1;
        region_publish(TLK_TIMERS, slots_made);
    }
    lock_give(&slots_lock);
    return slot;
}

uint32_t slot_take(void)
{
    uint64_t head = __atomic_load_n(&free_head, __ATOMIC_ACQUIRE);

    while ((uint32_t)head) {
        uint32_t slot = (uint32_t)head;
        uint64_t next =
            ((head >> 32) + 1) << 32 | __atomic_load_n(&free_next[slot], __ATOMIC_RELAXED);

        if (__atomic_compare_exchange_n(&free_head, &head, next, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_ACQUIRE))
            return slot;
    }
    return slot_make();
}

void slot_give(uint32_t slot)
{
    uint64_t head = __atomic_load_n(&free_head, __ATOMIC_RELAXED), next;

    do {
        __atomic_store_n(&free_next[slot], (uint32_t)head, __ATOMIC_RELAXED);
        next = (head & ~(uint64_t)UINT32_MAX) | slot;
    } while (!__atomic_compare_exchange_n(&free_head, &head, next, true, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
}

static inline unsigned hash_of(struct key key)
{
    return (unsigned)((key.id ^ key.family << 56) * 0x9fb21c651e98df25u >> 32);
}

static struct shard *shard_of(struct key key)
{
    return &shards[hash_of(key) >> 28 & (SHARDS - 1)];
}

/* POSIX ids count up from 0, handles are addresses: both spread well over the low bits. */
static uint32_t *recent_of(struct key key)
{
    return &recent[(key.id ^ key.id >> 10 ^ key.family << 7) % RECENT];
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
    HASH_ADD_BYHASHVALUE(hh, shard->entries, key, sizeof(entry->key), hash_of(key), entry);
    return entry->hh.tbl != NULL;
}

static struct entry *shard_find(struct shard *shard, struct key key)
{
    struct entry *entry;

    HASH_FIND_BYHASHVALUE(hh, shard->entries, &key, sizeof(key), hash_of(key), entry);
    return entry;
}

uint32_t live_put(enum tlk_family family, uint64_t id, uint32_t slot)
{
    struct key key = {id, family};
    struct shard *shard = shard_of(key);
    struct entry *entry;
    uint32_t before = slot;

    if (!lock_take(&shard->lock))
        return slot;
    entry = shard_find(shard, key);
    if (entry) {
        before = entry->slot;
        entry->slot = slot;
    } else if ((shard->entries || shard_add(shard, nobody, 0)) && shard_add(shard, key, slot)) {
        before = 0;
    } else {
        recording_drop(TLK_DROP_FULL);
    }
    lock_give(&shard->lock);
    __atomic_store_n(recent_of(key), slot, __ATOMIC_RELAXED);
    return before;
}

uint32_t live_find_fast(enum tlk_family family, uint64_t id)
{
    struct key key = {id, family};
    uint32_t slot = __atomic_load_n(recent_of(key), __ATOMIC_RELAXED);
    const struct tlk_timer *timer;

    if (!slot)
        return 0;
    timer = timer_at(slot);
    return __atomic_load_n(&timer->state, __ATOMIC_ACQUIRE) == TLK_LIVE && timer->id == id &&
                   timer->family == family
               ? slot
               : 0;
}

uint32_t live_find(enum tlk_family family, uint64_t id)
{
    struct key key = {id, family};
    struct shard *shard = shard_of(key);
    struct entry *entry;
    uint32_t slot = live_find_fast(family, id);

    if (slot || !lock_take(&shard->lock))
        return slot;
    entry = shard_find(shard, key);
    slot = entry ? entry->slot : 0;
    lock_give(&shard->lock);
    if (slot)
        __atomic_store_n(recent_of(key), slot, __ATOMIC_RELAXED);
    return slot;
}

uint32_t live_remove(enum tlk_family family, uint64_t id)
{
    struct key key = {id, family};
    struct shard *shard = shard_of(key);
    struct entry *entry;
    uint32_t slot = 0;

    if (!lock_take(&shard->lock)) {
        recording_drop(TLK_DROP_PENDING);
        return 0;
    }
    entry = shard_find(shard, key);
    if (entry) {
        slot = entry->slot;
        HASH_DELETE(hh, shard->entries, entry);
        entry->next_free = shard->free;
        shard->free = entry;
    }
    lock_give(&shard->lock);
    return slot;
}

static void raise(uint32_t *highest, uint32_t value)
{
    uint32_t before = __atomic_load_n(highest, __ATOMIC_RELAXED);

    while (before < value && !__atomic_compare_exchange_n(highest, &before, value, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

/*
 * Whoever changes an entry has just been given that number by the kernel, or is about to give it
 * back: nobody else has a say in it meanwhile.
 */
uint32_t descriptor_put(int fd, uint32_t slot)
{
    uint32_t high = (uint32_t)fd + 1, before = descriptor_find(fd);

    if ((uint32_t)fd >= descriptor_limit) {
        if (slot)
            recording_drop(TLK_DROP_FD_RANGE);
        return slot;
    }
    raise(&recording->descriptors_seen, high);
    if (slot)
        raise(&descriptor_high, high);
    __atomic_store_n(&descriptor_slots[fd], slot, __ATOMIC_RELEASE);
    return before;
}

int descriptor_of(uint32_t slot)
{
    for (uint32_t fd = 0; fd < descriptor_high; fd++)
        if (descriptor_find((int)fd) == slot)
            return (int)fd;
    return -1;
}

void live_forget_ids(void)
{
    for (int i = 0; i < SHARDS; i++) {
        shards[i].entries = NULL;
        shards[i].free = NULL;
        shards[i].arena.used = 0;
    }
    memset(recent, 0, sizeof(recent));
}

void live_free_unused_slots(void)
{
    free_head = 0;
    for (uint32_t slot = slots_made - 1; slot > 0; slot--)
        if (timer_at(slot)->state == TLK_FREE)
            slot_give(slot);
}

void live_lock(void)
{
    for (int i = 0; i < SHARDS; i++)
        lock_take(&shards[i].lock);
    lock_take(&slots_lock);
}

void live_unlock(void)
{
    for (int i = 0; i < SHARDS; i++)
        lock_give(&shards[i].lock);
    lock_give(&slots_lock);
}
