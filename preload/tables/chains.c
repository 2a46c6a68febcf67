#include "tables/chains.h"

#include "core/memory.h"

bool chains_start(struct chains *chains, uint32_t entries, uint32_t (*hash_of)(uint32_t number))
{
    chains->hash_of = hash_of;
    chains->heads_most = CHAINS_FIRST + entries / CHAINS_LENGTH;
    chains->heads = memory_reserve(chains->heads_most * sizeof(*chains->heads));
    return chains->heads != NULL;
}

void chains_shrink(struct chains *chains)
{
    size_t size = chains->heads_most * sizeof(*chains->heads);
    size_t used = (CHAINS_FIRST + chains->heads_used) * sizeof(*chains->heads);

    size = memory_shrink(chains->heads, size, used + ROOM_LEFT / 8);
    chains->heads_most = (uint32_t)(size / sizeof(*chains->heads));
}

static void chain_put(struct chains *chains, uint32_t chain, uint32_t number)
{
    uint32_t first = chains->heads[chain];

    __atomic_store_n(&chains->next[number], first ? first : CHAIN_END, __ATOMIC_RELEASE);
    __atomic_store_n(&chains->heads[chain], number, __ATOMIC_RELEASE);
}

/* One chain more, with what belongs there of the one that it was a part of until now. */
static void chains_split(struct chains *chains)
{
    uint32_t added = chains->heads_used, from = chain_of(added, added);
    uint32_t number = chains->heads[from], next;
    uint32_t *link = &chains->heads[from];

    chains->heads[added] = CHAIN_END;
    for (; chain_goes_on(number); number = next) {
        next = chains->next[number];
        if (chain_of(chains->hash_of(number), added + 1) == added) {
            __atomic_store_n(link, next, __ATOMIC_RELEASE);
            chain_put(chains, added, number);
        } else {
            link = &chains->next[number];
        }
    }
    __atomic_store_n(&chains->heads_used, added + 1, __ATOMIC_RELEASE);
}

void chains_add(struct chains *chains, uint32_t number, uint32_t hash)
{
    if (!chains->heads_used)
        __atomic_store_n(&chains->heads_used, CHAINS_FIRST, __ATOMIC_RELEASE);
    else if (chains->count >= CHAINS_LENGTH * chains->heads_used &&
             chains->heads_used < chains->heads_most)
        chains_split(chains);
    chain_put(chains, chain_of(hash, chains->heads_used), number);
    __atomic_store_n(&chains->count, chains->count + 1, __ATOMIC_RELEASE);
}

bool chains_remove(struct chains *chains, uint32_t number, uint32_t hash)
{
    uint32_t *link;

    if (!chains->heads_used)
        return false;
    link = &chains->heads[chain_of(hash, chains->heads_used)];
    while (chain_goes_on(*link) && *link != number)
        link = &chains->next[*link];
    if (*link != number)
        return false;
    __atomic_store_n(link, chains->next[number], __ATOMIC_RELEASE);
    __atomic_store_n(&chains->next[number], 0, __ATOMIC_RELEASE);
    __atomic_store_n(&chains->count, chains->count - 1, __ATOMIC_RELEASE);
    return true;
}

void chains_clear(struct chains *chains)
{
    for (uint32_t chain = 0; chain < chains->heads_used; chain++) {
        uint32_t number = chains->heads[chain];

        while (chain_goes_on(number)) {
            uint32_t next = chains->next[number];

            chains->next[number] = 0;
            number = next;
        }
        chains->heads[chain] = 0;
    }
    chains->heads_used = chains->count = 0;
}
