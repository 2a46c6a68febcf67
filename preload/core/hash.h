/*
 * hash.h - how the shim's tables mix what they are looked up by: multiply and fold, word by word.
 */
#ifndef TIMERLEAK_HASH_H
#define TIMERLEAK_HASH_H

#include <stdint.h>

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 0x9fb21c651e98df25u;
}

static inline uint64_t hash_fold(uint64_t hash)
{
    return hash ^ hash >> 32;
}

#endif
