#include "tables/strings.h"

#include <string.h>

#include "core/hash.h"
#include "tables/regions.h"

#define LITERALS 64
#define NAMES 1024
#define NAME_TRIES 16

struct lock catalog_lock;

static struct {
    const char *literal;
    uint32_t string;
} literals[LITERALS];

static uint32_t names[NAMES]; /* each near the place of its hash; what finds none is not kept */

uint32_t string_add_bytes(const char *bytes, size_t size)
{
    uint32_t at = size < UINT32_MAX ? region_take(TLK_STRINGS, (uint32_t)size + 1) : 0;

    if (at) {
        memcpy(region_at(TLK_STRINGS, at), bytes, size);
        region_publish(TLK_STRINGS, at + (uint32_t)size + 1);
    }
    return at;
}

uint32_t string_add(const char *string)
{
    return string_add_bytes(string, strlen(string));
}

static bool string_says(uint32_t string, const char *text)
{
    return strcmp(region_at(TLK_STRINGS, string), text) == 0;
}

uint32_t string_literal(const char *literal)
{
    for (int i = 0; i < LITERALS; i++) {
        if (literals[i].literal == literal && string_says(literals[i].string, literal))
            return literals[i].string;
        if (!literals[i].literal) {
            literals[i].string = string_add(literal);
            literals[i].literal = literal;
            return literals[i].string;
        }
    }
    return string_add(literal);
}

static uint32_t name_hash(const char *name)
{
    uint64_t hash = 0;

    while (*name)
        hash = hash_mix(hash, (unsigned char)*name++);
    return (uint32_t)hash_fold(hash);
}

uint32_t string_name(const char *name)
{
    uint32_t first = name_hash(name);

    for (uint32_t i = 0; i < NAME_TRIES; i++) {
        uint32_t *string = &names[(first + i) % NAMES];

        if (!*string)
            *string = string_add(name);
        if (!*string || string_says(*string, name))
            return *string;
    }
    return 0;
}
