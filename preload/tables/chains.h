/*
 * chains.h - an index from hashes to the numbers of records, which hold the keys themselves: four
 * bytes for each number, and half as much for the heads of its chains. It grows by one chain at a
 * time (linear hashing), in memory that was reserved at the start: no entry ever waits for all to
 * be moved, nor is the system asked for anything.
 *
 * Changes need the lock of the table at hand. Who looks without it may miss a number that is there,
 * while another is added, and finds none that is not.
 */
#ifndef TIMERLEAK_CHAINS_H
#define TIMERLEAK_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAINS_FIRST 16u
#define CHAINS_LENGTH 2u /* of each, on the average, before there are more */
#define CHAIN_END UINT32_MAX

struct chains {
    uint32_t *heads;     /* 0 or CHAIN_END: of an empty chain */
    uint32_t heads_used; /* 0 before the first entry */
    uint32_t heads_most;
    uint32_t *next; /* by number; 0: it is in no chain. Chains of several tables may share it */
    uint32_t count; /* of entries; read without the lock too */
    uint32_t (*hash_of)(uint32_t number);
};

/* Which of so many chains. */
static inline uint32_t chain_of(uint32_t hash, uint32_t used)
{
    uint32_t mask = UINT32_MAX >> __builtin_clz(used - 1), chain = hash & mask;

    return chain < used ? chain : chain & mask >> 1;
}

static inline bool chain_goes_on(uint32_t number)
{
    return number && number != CHAIN_END;
}

/* The first number that may have this hash, and the one after a number; see chain_goes_on(). */
static inline uint32_t chain_first(const struct chains *chains, uint32_t hash)
{
    uint32_t used = __atomic_load_n(&chains->heads_used, __ATOMIC_ACQUIRE);

    return used ? __atomic_load_n(&chains->heads[chain_of(hash, used)], __ATOMIC_ACQUIRE) : 0;
}

static inline uint32_t chain_next(const struct chains *chains, uint32_t number)
{
    return __atomic_load_n(&chains->next[number], __ATOMIC_ACQUIRE);
}

/* Reserves memory for chains of so many entries; that for `next` is the table's own matter. */
bool chains_start(struct chains *chains, uint32_t entries, uint32_t (*hash_of)(uint32_t number));

/* Gives back what is free of it, but for some. Makes a system call. */
void chains_shrink(struct chains *chains);

/* `number` is in none, and its record is filled. */
void chains_add(struct chains *chains, uint32_t number, uint32_t hash);

/* Whether it was there. */
bool chains_remove(struct chains *chains, uint32_t number, uint32_t hash);

void chains_clear(struct chains *chains);

#endif
