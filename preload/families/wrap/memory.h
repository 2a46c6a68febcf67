/*
 * memory.h - what such an object keeps of its own, and the lock that guards it: not the program's
 * malloc(), which may be anybody's, and may be what called.
 *
 * The lock is held for moments, and never while the ledger, the loader or the library is called:
 * each of them has locks that somebody holds who waits for this one. fork() takes it.
 */
#ifndef WRAP_MEMORY_H
#define WRAP_MEMORY_H

#include <stddef.h>

/* Before the others; for each library, of which an object may have several. */
void memory_start(void);

void memory_lock(void);
void memory_unlock(void);

/* Under the lock: room that stays for good, zeroed; NULL when the system has no more. */
void *memory_take(size_t size);

/* Under the lock: as many bytes as are a lot. */
void *memory_map(size_t size);

#endif
