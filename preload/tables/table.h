/*
 * table.h - uthash as the shim uses it: memory comes from an arena and is never given back one by
 * one, and running out of it drops an entry instead of ending the program.
 */
#ifndef TIMERLEAK_TABLE_H
#define TIMERLEAK_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

/* Keys are whole words. The arena that the table at hand grows in: set it under the table's lock,
 * before adding. */
#define uthash_malloc(size) arena_take(table_arena, (size))
#define uthash_free(memory, size) ((void)(memory), (void)(size))
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, result) (result) = (unsigned)hash_words((key), (length))

#include <uthash.h>

#endif
