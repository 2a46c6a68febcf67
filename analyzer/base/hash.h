/*
 * hash.h - the two hashes of this program: one that is written down, and a fast one.
 */
#ifndef TIMERLEAK_BASE_HASH_H
#define TIMERLEAK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_SEED UINT64_C(0xcbf29ce484222325)

/* FNV-1a of a text with its NUL, continued from `hash`: the same on every machine. */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    while (*text++);
    return hash;
}

/* Of some bytes, fast and good enough for a table of this process: see index.h. */
static inline uint64_t hash_key(const void *key, size_t size)
{
    const char *bytes = key;
    uint64_t hash = size;
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, size - at < sizeof(word) ? size - at : sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
