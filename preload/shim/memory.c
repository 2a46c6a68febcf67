#define _GNU_SOURCE
#include "memory.h"

#include <sys/mman.h>

void *memory_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;
    void *taken;

    if (rounded < size || arena->size - arena->used < rounded)
        return NULL;
    taken = arena->base + arena->used;
    arena->used += rounded;
    return taken;
}
