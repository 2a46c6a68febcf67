#define _GNU_SOURCE
#include "strings.h"

#include <string.h>

#include "mapfile.h"

#define LITERALS 64

struct lock catalog_lock;

static struct {
    const char *literal;
    uint32_t string;
} literals[LITERALS];

uint32_t string_add_bytes(const char *bytes, size_t size)
{
    uint32_t at = size < TLK_CHUNK / 2 ? region_take(TLK_STRINGS, (uint32_t)size + 1) : 0;

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

uint32_t string_literal(const char *literal)
{
    for (int i = 0; i < LITERALS; i++) {
        if (literals[i].literal == literal)
            return literals[i].string;
        if (!literals[i].literal) {
            literals[i].string = string_add(literal);
            literals[i].literal = literal;
            return literals[i].string;
        }
    }
    return string_add(literal);
}
