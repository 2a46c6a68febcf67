/*
 * strings.h - the strings of a recording. All callers hold the catalog lock.
 */
#ifndef TIMERLEAK_STRINGS_H
#define TIMERLEAK_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "core/lock.h"

/* Guards the regions while they grow, but for timers. */
extern struct lock catalog_lock;

/* Enters `size` bytes and a NUL; 0 when the file is full. */
uint32_t string_add_bytes(const char *bytes, size_t size);
uint32_t string_add(const char *string);

/*
 * The same for a literal: entered once, found again by its address, unless that holds another by
 * now because its module was unloaded.
 */
uint32_t string_literal(const char *literal);

/* The same for a name that the program gives, wherever it stands: few, each entered once. */
uint32_t string_name(const char *name);

#endif
