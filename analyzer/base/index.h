/*
 * index.h - finds things in an array by what they hold: a hash table of their numbers.
 *
 * The array is the caller's; so is the comparison. Hashes are hash_key()'s, or as good. Eight bytes
 * per slot, half of them in use.
 */
#ifndef TIMERLEAK_BASE_INDEX_H
#define TIMERLEAK_BASE_INDEX_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

struct index_slot {
    uint32_t number; /* plus one; 0: free */
    uint32_t hash;
};

/* All zero: empty. */
struct index {
    struct index_slot *slots;
    size_t room, used; /* room is 0 or a power of two */
};

typedef bool index_same(const void *key, const void *array, uint32_t number);

/* The number of the thing that is the same as the key, INDEX_NONE if there is none. */
uint32_t index_find(const struct index *index, uint64_t hash, const void *key, const void *array,
                    index_same *same);

/* Adds one that is not there. */
void index_add(struct index *index, uint64_t hash, uint32_t number);

/* Takes out one that is there. */
void index_remove(struct index *index, uint64_t hash, uint32_t number);

void index_free(struct index *index);

#endif
