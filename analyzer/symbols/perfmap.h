/*
 * perfmap.h - functions that were made at run time, as a perf map tells of them: a line for each,
 * its address and size in hexadecimal and its name. CPython, V8, agents of the JVM, LuaJIT and .NET
 * write such maps.
 *
 * It is text of somebody else's making: lines that are none are passed over, and where functions
 * overlap the later line is right, for code is moved, and other code put in its place.
 */
#ifndef TIMERLEAK_SYMBOLS_PERFMAP_H
#define TIMERLEAK_SYMBOLS_PERFMAP_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perfmap;

/* Takes the text over, which has a NUL behind it. */
struct perfmap *perfmap_new(char *text, size_t size);
void perfmap_free(struct perfmap *map);

/* What the name in the map says. */
struct perfmap_function {
    const char *name; /* as people write it, of a script's with the last part of its file */
    const char *file; /* NULL: unknown */
    int line;         /* 0: unknown */
};

/* False if the map knows nothing of that address. The strings get the names. */
bool perfmap_find(const struct perfmap *map, uint64_t address, struct strings *strings,
                  struct perfmap_function *function);

/* From the first address that it knows of to behind the last; of one that knows none, 0. */
void perfmap_range(const struct perfmap *map, uint64_t *start, uint64_t *end);

#endif
