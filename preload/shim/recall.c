#define _GNU_SOURCE
#include "recall.h"

#include <stddef.h>

#include "memory.h"
#include "modules.h"
#include "stack.h"
#include "thread.h"

#define ENTRIES 4096

/*
 * Entries are found by stack pointer and caller, and read without a lock: whoever writes one makes
 * its version odd meanwhile, and who read it must find the version unchanged. Which thread wrote it
 * does not matter, the addresses tell.
 */
struct entry {
    uint32_t version;
    uint32_t depth; /* 0: seen once, not learned yet */
    uint32_t epoch;
    uint32_t site;
    const char *function;
    uintptr_t frame, caller;
    struct place {
        uintptr_t address, value;
    } places[TLK_MAX_DEPTH];
};

static struct entry *entries;

void recall_start(void)
{
    entries = memory_reserve(ENTRIES * sizeof(*entries));
}

static struct entry *entry_of(const struct call *call)
{
    uintptr_t mixed = ((uintptr_t)call->frame ^ (uintptr_t)call->caller << 7) * 0x9fb21c651e98df25u;

    return &entries[mixed >> 40 & (ENTRIES - 1)];
}

static bool same_call(const struct entry *entry, const struct call *call)
{
    return entry->frame == (uintptr_t)call->frame && entry->caller == (uintptr_t)call->caller &&
           entry->function == call->function;
}

/*
 * Only within the thread's own stack: another one's may lie where a larger one was, and the entry
 * may be changing at this moment.
 */
static bool still_there(const struct entry *entry)
{
    uintptr_t low = thread.stack_low, size = thread.stack_high - low;
    uint32_t depth = entry->depth < TLK_MAX_DEPTH ? entry->depth : TLK_MAX_DEPTH;

    for (const struct place *place = entry->places, *end = place + depth; place < end; place++) {
        uintptr_t address = place->address;

        if (address - low >= size || *(const uintptr_t *)address != place->value)
            return false;
    }
    return true;
}

bool recall_site(const struct call *call, uint32_t *site)
{
    const struct entry *entry;
    uint32_t version;
    bool known;

    if (!entries)
        return false;
    entry = entry_of(call);
    version = __atomic_load_n(&entry->version, __ATOMIC_ACQUIRE);
    if (version & 1 || !entry->depth || !same_call(entry, call) || entry->epoch != modules_epoch())
        return false;
    *site = entry->site;
    known = still_there(entry);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return known && __atomic_load_n(&entry->version, __ATOMIC_RELAXED) == version;
}

/* Finds the places of a stack's return addresses. Those of signal handlers stand elsewhere. */
static uint32_t find_places(const struct stack *stack, struct entry *entry)
{
    uintptr_t places[TLK_MAX_DEPTH];
    uint32_t found = stack_places(stack->addresses, stack->depth, places);

    for (uint32_t i = 0; i < found; i++)
        entry->places[i] = (struct place){places[i], (uintptr_t)stack->addresses[i]};
    return found == stack->depth ? found : 0;
}

void recall_learn(const struct call *call, const struct stack *stack, uint32_t site, uint32_t epoch)
{
    struct entry *entry;
    uint32_t version;

    if (!entries || !site)
        return;
    entry = entry_of(call);
    version = __atomic_load_n(&entry->version, __ATOMIC_RELAXED);
    if (version & 1 || !__atomic_compare_exchange_n(&entry->version, &version, version + 1, false,
                                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    /* Learning is dear: worth it only for what comes again. */
    if (same_call(entry, call) && entry->site == site && entry->epoch == epoch) {
        entry->depth = find_places(stack, entry);
    } else {
        entry->depth = 0;
        entry->frame = (uintptr_t)call->frame;
        entry->caller = (uintptr_t)call->caller;
        entry->function = call->function;
        entry->site = site;
        entry->epoch = epoch;
    }
    __atomic_store_n(&entry->version, version + 2, __ATOMIC_RELEASE);
}
