/*
 * self.h - the test program itself and its libraries, as modules that a recording may name.
 */
#ifndef ANALYZER_SELF_H
#define ANALYZER_SELF_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct self {
    char path[PATH_MAX];
    uint64_t bias;
    uint8_t build_id[32];
    size_t build_id_size;
};

struct self self_make(void);

/* The library that holds the address. */
struct self self_library(uint64_t address);

#endif
