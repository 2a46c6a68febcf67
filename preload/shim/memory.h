/*
 * memory.h - private memory of the shim, reserved once at the start: address space is taken then,
 * pages as they are touched, and no hook ever asks the system for more.
 */
#ifndef TIMERLEAK_MEMORY_H
#define TIMERLEAK_MEMORY_H

#include <stddef.h>

struct arena {
    char *base;
    size_t size, used;
};

/* Zeroed, never returned; NULL when the address space is limited. */
void *memory_reserve(size_t size);

/* Aligned to 16, zeroed only if never handed out before; NULL when the arena is used up. */
void *arena_take(struct arena *arena, size_t size);

#endif
