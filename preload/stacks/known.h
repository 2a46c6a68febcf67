/*
 * known.h - from what stands for a stack to its site.
 *
 * Looking takes no lock. What is added lies under the catalog's, and is forgotten when the epoch of
 * modules has passed: prints of one epoch are none of another's.
 */
#ifndef TIMERLEAK_KNOWN_H
#define TIMERLEAK_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

/* 96 bits of it are kept. */
struct print {
    uint64_t tag; /* not 0 */
    uint64_t check;
};

bool known_start(void);
bool known_find(const struct print *print, uint32_t *site);
void known_add(const struct print *print, uint32_t site, uint32_t epoch);

/* Gives back memory that is free, but for some. */
void known_shrink(void);

#endif
