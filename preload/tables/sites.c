#include "tables/sites.h"

#include <stddef.h>

#include "core/lock.h"
#include "tables/regions.h"
#include "tables/modules.h"
#include "tables/strings.h"
#include "tables/table.h"

#define SHARDS 16

/* A stack as it was seen or as it was resolved, and its site. */
struct entry {
    UT_hash_handle hh;
    uint32_t site;
    uint64_t key[]; /* function << 8 | family, kind, then the addresses or frames */
};

/*
 * From raw addresses to sites. Only a cache: it forgets everything when a module may have gone, for
 * then the same addresses may mean other code. The site of a stack is found again in `resolved`.
 */
static struct shard {
    struct lock lock;
    uint32_t epoch;
    struct entry *entries;
    struct arena arena;
} __attribute__((aligned(64))) shards[SHARDS];

static bool beyond; /* see sites_lie_beyond() */

/* From resolved frames to sites; guarded by the catalog lock. */
static struct entry *resolved;
static struct arena resolved_arena;

_Static_assert(sizeof(struct lock) == sizeof(((struct tlk_site *)0)->guard), "a guard is a lock");
_Static_assert(offsetof(struct tlk_site, guard) == 64, "the hot counters have a line of their own");

struct key {
    const uint64_t *words;
    uint32_t size; /* bytes */
    uint64_t hash;
};

bool sites_start(size_t recording_size)
{
    size_t shard_size = recording_size / SHARDS;
    char *memory = memory_reserve(2 * recording_size);

    if (!memory)
        return false;
    for (int i = 0; i < SHARDS; i++)
        shards[i].arena = (struct arena){memory + (size_t)i * shard_size, shard_size, 0};
    resolved_arena = (struct arena){memory + recording_size, recording_size, 0};
    return true;
}

static struct key make_key(const uint64_t *words, uint32_t depth)
{
    uint32_t size = (STACK_HEAD + depth) * (uint32_t)sizeof(uint64_t);

    return (struct key){words, size, hash_words(words, size)};
}

static struct entry *entry_find(struct entry *table, const struct key *key)
{
    struct entry *entry;

    HASH_FIND_BYHASHVALUE(hh, table, key->words, key->size, (unsigned)key->hash, entry);
    return entry;
}

static struct entry *entry_add(struct entry **table, struct arena *arena, const struct key *key,
                               uint32_t site)
{
    struct arena *table_arena = arena;
    struct entry *entry = arena_take(arena, sizeof(*entry) + key->size);

    if (!entry)
        return NULL;
    entry->site = site;
    memcpy(entry->key, key->words, key->size);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, *table, entry->key, key->size, (unsigned)key->hash, entry);
    return entry->hh.tbl ? entry : NULL;
}

/* The catalog lock is held. */
static uint32_t site_make(const struct stack *stack, const uint64_t *frames)
{
    uint32_t first = region_take(TLK_FRAMES, stack->depth); /* of none, a place all the same */
    uint32_t index = first ? region_take(TLK_SITES, 1) : 0;
    struct tlk_site *site;

    if (!index)
        return 0;
    memcpy(region_at(TLK_FRAMES, first), frames, stack->depth * sizeof(uint64_t));
    for (uint32_t i = 0; i < stack->depth; i++)
        beyond |= TLK_FRAME_MODULE(frames[i]) == 0;
    region_publish(TLK_FRAMES, first + stack->depth);
    site = site_at(index);
    *site = (struct tlk_site){
        .family = (uint16_t)stack->family,
        .depth = (uint16_t)stack->depth,
        .frames = first,
        .function = string_literal(stack->function),
        .kind = stack->kind ? string_literal(stack->kind) : 0,
        .flags =
            (stack->truncated ? TLK_SITE_TRUNCATED : 0) | (stack->unwound ? TLK_SITE_UNWOUND : 0),
        .history_shift = TLK_HISTORY_FIRST_SHIFT,
    };
    region_publish(TLK_SITES, index + 1);
    return index;
}

/* `words` is the head of the stack, followed by its frames. */
static uint32_t site_of_frames(const struct stack *stack, const uint64_t *words)
{
    struct key key = make_key(words, stack->depth);
    struct entry *entry;
    uint32_t site = 0;

    if (!lock_take(&catalog_lock))
        return 0;
    entry = entry_find(resolved, &key);
    if (entry)
        site = entry->site;
    else if ((site = site_make(stack, words + STACK_HEAD)))
        entry_add(&resolved, &resolved_arena, &key, site);
    lock_give(&catalog_lock);
    return site;
}

static void shard_forget(struct shard *shard)
{
    shard->entries = NULL;
    shard->arena.used = 0;
}

/* The site as remembered; true when there is one. */
static bool cache_find(struct shard *shard, const struct key *key, uint32_t *site)
{
    struct entry *entry;

    if (!lock_take(&shard->lock))
        return false;
    if (shard->epoch != modules_epoch()) {
        shard_forget(shard);
        shard->epoch = modules_epoch();
    }
    entry = entry_find(shard->entries, key);
    if (entry)
        *site = entry->site;
    lock_give(&shard->lock);
    return entry != NULL;
}

/* Only what was resolved in the epoch that the shard is in may be remembered. */
static void cache_add(struct shard *shard, const struct key *key, uint32_t site, uint32_t epoch)
{
    if (!lock_take(&shard->lock))
        return;
    if (shard->epoch == epoch && modules_epoch() == epoch && !entry_find(shard->entries, key) &&
        !entry_add(&shard->entries, &shard->arena, key, site))
        shard_forget(shard);
    lock_give(&shard->lock);
}

/* A stack not seen before in this epoch: apart, so that the common way needs little of the stack.
 */
static __attribute__((noinline)) uint32_t find_slowly(const struct stack *stack,
                                                      struct shard *shard, const struct key *key)
{
    uint64_t words[STACK_HEAD + TLK_MAX_DEPTH] = {stack->head[0], stack->head[1]};
    uint32_t epoch = modules_epoch();
    bool known = modules_resolve(stack->addresses, words + STACK_HEAD, stack->depth);
    uint32_t site = site_of_frames(stack, words);

    if (known && site)
        cache_add(shard, key, site, epoch);
    if (!site)
        recording_drop(TLK_DROP_SITE);
    return site;
}

uint32_t sites_find(struct stack *stack)
{
    struct shard *shard;
    struct key key;
    uint32_t site;

    stack->head[0] = (uint64_t)(uintptr_t)stack->function << 8 | (uint64_t)stack->family;
    stack->head[1] = (uintptr_t)stack->kind;
    key = make_key(stack->head, stack->depth);
    shard = &shards[key.hash >> 32 & (SHARDS - 1)];
    return cache_find(shard, &key, &site) ? site : find_slowly(stack, shard, &key);
}

/* Guards the counters of a site, among which it lies. */
static struct lock *site_lock(struct tlk_site *site)
{
    return (struct lock *)&site->guard;
}

/* Makes room for later times: every two spans become one. */
static void history_halve(struct tlk_site *site)
{
    for (uint32_t i = 0; i < TLK_HISTORY_BUCKETS / 2; i++) {
        const struct tlk_span *a = &site->history[2 * i], *b = a + 1;

        site->history[i].low = a->low < b->low ? a->low : b->low;
        site->history[i].high = a->high > b->high ? a->high : b->high;
    }
    site->history_used = TLK_HISTORY_BUCKETS / 2;
    site->history_shift++;
}

/* Enters that `live` timers are live from now on; before, there were site->live. */
static void history_note(struct tlk_site *site, uint64_t now, uint32_t live)
{
    uint64_t index;
    struct tlk_span *span;

    if (!site->history_start)
        site->history_start = now;
    if (now < site->history_start) /* read a moment before another thread's */
        now = site->history_start;
    while ((index = (now - site->history_start) >> site->history_shift) >= TLK_HISTORY_BUCKETS) {
        while (site->history_used < TLK_HISTORY_BUCKETS)
            site->history[site->history_used++] = (struct tlk_span){site->live, site->live};
        history_halve(site);
    }
    while (site->history_used <= index)
        site->history[site->history_used++] = (struct tlk_span){site->live, site->live};
    span = &site->history[site->history_used - 1];
    if (live < span->low) /* written only when it changes, for other threads read it too */
        span->low = live;
    if (live > span->high)
        span->high = live;
}

bool sites_count_created(uint32_t index, uint64_t now, bool inherited)
{
    struct tlk_site *site = site_at(index);
    uint64_t *count = inherited ? &site->inherited : &site->created;

    if (!lock_take(site_lock(site)))
        return false;
    history_note(site, now, site->live + 1);
    __atomic_store_n(count, *count + 1, __ATOMIC_RELAXED);
    site->live++;
    if (site->live > site->peak)
        site->peak = site->live;
    if (!site->first_created)
        site->first_created = now;
    site->last_created = now;
    lock_give(site_lock(site));
    return true;
}

static unsigned log2_of(uint64_t value)
{
    unsigned log = value ? 63u - (unsigned)__builtin_clzll(value) : 0;

    return log < TLK_LIFETIME_BUCKETS ? log : TLK_LIFETIME_BUCKETS - 1;
}

bool sites_count_released(uint32_t index, uint64_t now, const struct outcome *outcome)
{
    struct tlk_site *site = site_at(index);

    if (!lock_take(site_lock(site)))
        return false;
    history_note(site, now, site->live - 1);
    __atomic_store_n(&site->released, site->released + 1, __ATOMIC_RELAXED);
    site->live--;
    site->armed += outcome->armed;
    site->stopped += outcome->stopped;
    site->last_released = now;
    site->lifetimes[log2_of(outcome->lifetime)]++;
    if (outcome->fired | outcome->fired_unknown) {
        site->fired += outcome->fired;
        site->fired_unknown += outcome->fired_unknown;
    }
    if (outcome->lifetime > site->longest_life)
        site->longest_life = outcome->lifetime;
    lock_give(site_lock(site));
    return true;
}

void sites_count_failed(uint32_t index, uint64_t now, enum tlk_failure failure)
{
    struct tlk_site *site = site_at(index);
    uint64_t never = 0;

    __atomic_compare_exchange_n(&site->first_failed, &never, now, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
    __atomic_store_n(&site->last_failed, now, __ATOMIC_RELAXED);
    __atomic_fetch_add(&site->failed[failure], 1, __ATOMIC_RELAXED);
}

void sites_reset(void)
{
    for (uint32_t i = 0; i < recording->regions[TLK_SITES].used; i++) {
        struct tlk_site *site = site_at(i);

        memset((char *)site + offsetof(struct tlk_site, inherited), 0,
               sizeof(*site) - offsetof(struct tlk_site, inherited));
        site->history_shift = TLK_HISTORY_FIRST_SHIFT;
    }
}

static bool is_unused(const struct tlk_site *site)
{
    uint64_t events = site->created + site->inherited;

    for (int i = 0; i < TLK_FAILURES; i++)
        events += site->failed[i];
    return events == 0;
}

bool sites_are_unused(void)
{
    uint32_t i = 0, used = recording->regions[TLK_SITES].used;

    while (i < used && is_unused(site_at(i)))
        i++;
    return i >= used;
}

bool sites_lie_beyond(void)
{
    return beyond;
}

void sites_shrink(void)
{
    for (int i = 0; i < SHARDS; i++)
        arena_shrink(&shards[i].arena, &shards[i].lock, ROOM_LEFT);
    arena_shrink(&resolved_arena, &catalog_lock, SHARDS * ROOM_LEFT);
}

static void shards_unlock(int count)
{
    while (count-- > 0)
        lock_give(&shards[count].lock);
}

bool sites_lock(void)
{
    for (int i = 0; i < SHARDS; i++) {
        if (lock_take(&shards[i].lock))
            continue;
        shards_unlock(i);
        return false;
    }
    if (lock_take(&catalog_lock))
        return true;
    shards_unlock(SHARDS);
    return false;
}

void sites_unlock(void)
{
    lock_give(&catalog_lock);
    shards_unlock(SHARDS);
}
