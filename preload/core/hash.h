/*
 * hash.h - how the shim's tables mix what they are looked up by: multiply and fold, word by word.
 */
#ifndef TIMERLEAK_HASH_H
#define TIMERLEAK_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 0x9fb21c651e98df25u;
}

static inline uint64_t hash_fold(uint64_t hash)
{
    return hash ^ hash >> 32;
}

/* Of whole 8-byte words. */
static inline uint64_t hash_words(const void *words, size_t size)
{
    const char *at = words;
    uint64_t hash = size, word;

    for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = hash_fold(hash_mix(hash, word));
    }
    return hash;
}

#endif
