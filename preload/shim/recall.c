#define _GNU_SOURCE
#include "recall.h"

#include <stddef.h>

#include "memory.h"
#include "modules.h"
#include "stack.h"
#include "thread.h"

#define ENTRIES 4096

/*
 * Entries are read without a lock: whoever writes one makes its version odd meanwhile, and who read
 * it must find the version unchanged. Which thread wrote it does not matter, the addresses tell.
 */
struct entry {
    uint32_t version;
    uint32_t count; /* of places; 0: seen once, not learned yet, or not to be learned */
    uint32_t epoch;
    uint32_t site;
    struct call call;
    bool needs_rbp;
    struct stack_place places[STACK_PLACES];
};

/*
 * `first` is found by stack pointer and caller. Where several stacks share these, the others are
 * found by what stands in the places of the first.
 */
static struct {
    struct entry first[ENTRIES], others[ENTRIES];
} * memory;

void recall_start(void)
{
#ifdef __x86_64__
    memory = memory_reserve(sizeof(*memory));
#endif
}

static inline uint64_t mix(uint64_t hash, uint64_t word)
{
    return ((hash ^ word) * 0x9fb21c651e98df25u) ^ (hash >> 29);
}

static struct entry *first_entry(const struct call *call)
{
    uint64_t hash = mix((uintptr_t)call->frame, (uintptr_t)call->caller << 7);

    return &memory->first[hash >> 40 & (ENTRIES - 1)];
}

static bool same_call(const struct entry *entry, const struct call *call)
{
    return entry->call.frame == call->frame && entry->call.caller == call->caller &&
           entry->call.function == call->function;
}

static inline uint32_t places_of(const struct entry *entry)
{
    return entry->count < STACK_PLACES ? entry->count : STACK_PLACES;
}

/*
 * The first of a pair, of which a stack may be in either; NULL when there is no first stack of this
 * call to tell by.
 */
static struct entry *other_pair(const struct entry *first, const struct call *call)
{
    uintptr_t low = thread.stack_low, size = thread.stack_high - low;
    uint64_t hash = (uintptr_t)call->frame;

    if (!first->count || !same_call(first, call) || first->epoch != modules_epoch())
        return NULL;
    for (uint32_t i = 0; i < places_of(first); i++) {
        uintptr_t address = first->places[i].address;

        if (address - low >= size)
            return NULL;
        hash = mix(hash, *(const uintptr_t *)address);
    }
    return &memory->others[hash >> 40 & (ENTRIES - 2)];
}

/*
 * Only within the thread's own stack: another one's may lie where a larger one was, and the entry
 * may be changing at this moment.
 */
static bool still_there(const struct entry *entry)
{
    uintptr_t low = thread.stack_low, size = thread.stack_high - low;
    const struct stack_place *place = entry->places, *end = place + places_of(entry);

    for (; place < end; place++) {
        uintptr_t address = place->address;

        if (address - low >= size || *(const uintptr_t *)address != place->value)
            return false;
    }
    return true;
}

static bool entry_matches(const struct entry *entry, const struct call *call, uint32_t *site)
{
    uint32_t version = __atomic_load_n(&entry->version, __ATOMIC_ACQUIRE);
    bool known;

    if (version & 1 || !entry->count || !same_call(entry, call) ||
        entry->epoch != modules_epoch() || (entry->needs_rbp && entry->call.rbp != call->rbp))
        return false;
    *site = entry->site;
    known = still_there(entry);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return known && __atomic_load_n(&entry->version, __ATOMIC_RELAXED) == version;
}

bool recall_site(const struct call *call, uint32_t *site)
{
    const struct entry *first, *pair;

    if (!memory)
        return false;
    first = first_entry(call);
    if (entry_matches(first, call, site))
        return true;
    pair = other_pair(first, call);
    return pair && (entry_matches(pair, call, site) || entry_matches(pair + 1, call, site));
}

/*
 * Learning is dear: worth it only for what comes a second time; of the first stack of a call, for
 * the call, as the others are told by its places.
 */
static void entry_write(struct entry *entry, const struct call *call, const struct stack *stack,
                        uint32_t site, uint32_t epoch)
{
    bool is_first = entry < memory->others;
    bool again =
        same_call(entry, call) && entry->epoch == epoch && (is_first || entry->site == site);

    entry->call = *call;
    entry->site = site;
    entry->epoch = epoch;
    entry->count = again ? stack_places(stack->addresses, stack->depth, (uintptr_t)call->rbp,
                                        entry->places, &entry->needs_rbp)
                         : 0;
}

void recall_learn(const struct call *call, const struct stack *stack, uint32_t site, uint32_t epoch)
{
    struct entry *entry, *pair;
    uint32_t version;

    if (!memory || !site)
        return;
    entry = first_entry(call);
    pair = other_pair(entry, call);
    if (pair)
        entry = pair->count && pair->site != site ? pair + 1 : pair;
    version = __atomic_load_n(&entry->version, __ATOMIC_RELAXED);
    if (version & 1 || !__atomic_compare_exchange_n(&entry->version, &version, version + 1, false,
                                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    entry_write(entry, call, stack, site, epoch);
    __atomic_store_n(&entry->version, version + 2, __ATOMIC_RELEASE);
}
