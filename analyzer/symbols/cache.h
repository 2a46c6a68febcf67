/*
 * cache.h - what debug information told, for later reports: a file for each build-id, in the user's
 * cache directory.
 *
 * Files of one build-id have the same debug information, so that an entry is never out of date, and
 * good for a file that is gone. Where there is no debug information there is no entry: it may be
 * installed later. An entry is a table of portable.h, as text; only the build of this program that
 * wrote it reads it.
 *
 * Any number of processes may read and write: an entry is replaced as a whole, and what is no such
 * table is none. Nothing here fails aloud: all can be found again.
 */
#ifndef TIMERLEAK_SYMBOLS_CACHE_H
#define TIMERLEAK_SYMBOLS_CACHE_H

#include "symbols/portable.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of all entries: the ones that were not used for longest go first. */
#define CACHE_MOST (UINT64_C(256) << 20)

/* One that grows larger is begun anew: it is read as a whole. */
#define CACHE_MOST_ENTRY ((size_t)16 << 20)

/*
 * TIMERLEAK_CACHE, else $XDG_CACHE_HOME/timerleak, else ~/.cache/timerleak. False if it is switched
 * off ("off"), or none is this user's.
 */
bool cache_place(char directory[PATH_MAX]);

/* From now on it is there; NULL, as at first: nowhere. It is made when it is first written to. */
void cache_use(const char *directory);

/* NULL if there is no entry. */
struct portable *cache_read(const uint8_t *build_id, size_t build_id_size, struct strings *strings);

/* Adds to it what another process may have written meanwhile. */
void cache_write(struct portable *portable, const uint8_t *build_id, size_t build_id_size);

/* Removes entries until they have at most so many bytes. */
void cache_trim(uint64_t most);

#endif
