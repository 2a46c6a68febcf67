/*
 * table.h - uthash as the shim uses it: memory comes from an arena and is never given back one by
 * one, and running out of it drops an entry instead of ending the program.
 */
#ifndef TIMERLEAK_TABLE_H
#define TIMERLEAK_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"

/* The arena that the table at hand grows in: set it under the table's lock, before adding. */
#define uthash_malloc(size) arena_take(table_arena, (size))
#define uthash_free(memory, size) ((void)(memory), (void)(size))
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, result) (result) = (unsigned)table_hash((key), (length))

/* Multiply and fold, word by word: keys are whole 8-byte words. */
static inline uint64_t table_hash(const void *key, size_t length)
{
    const char *at = key;
    uint64_t hash = length * 0x9e3779b97f4a7c15u, word;

    for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = (hash ^ word) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
    }
    return hash;
}

#include <uthash.h>

#endif
