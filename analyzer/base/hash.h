/*
 * hash.h - uthash, set up for this program: out of memory ends it in our words, and a
 * hash that is the same on every machine, for fingerprints.
 */
#ifndef TIMERLEAK_BASE_HASH_H
#define TIMERLEAK_BASE_HASH_H

#include "base/memory.h"

#define uthash_fatal(message) memory_exhausted()
#include <uthash.h>

#include <stdint.h>

#define HASH_SEED 0xcbf29ce484222325ULL

/* FNV-1a, continued from `hash`; the same on every machine, so that fingerprints are stable. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3ULL;
    return hash;
}

#endif
