/*
 * memory.h - private memory of the shim, reserved once at the start: address space is taken then,
 * pages as they are touched, and no hook asks the system for more, but once: see notice.c. What is
 * free may be given back: see circumstances.c.
 */
#ifndef TIMERLEAK_MEMORY_H
#define TIMERLEAK_MEMORY_H

#include <stddef.h>

/* What stays free of a table's memory when the program wants all of its memory resident. */
#define ROOM_LEFT ((size_t)32 << 10)

/* Zeroed, never returned; NULL when the address space is limited. */
void *memory_reserve(size_t size);

/*
 * The same for what can be found out anew: a child finds it zeroed, whatever the thread that forks
 * was at. The kernel copies none of it, which is dearer than the rest of what fork does here.
 */
void *memory_reserve_for_cache(size_t size);

/*
 * Gives the system back what lies behind the first `keep` bytes, in whole pages, for good; how many
 * bytes are left. Makes a system call.
 */
size_t memory_shrink(void *memory, size_t size, size_t keep);

#endif
