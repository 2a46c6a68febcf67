#include "core/memory.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void *memory_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void *memory_reserve_for_cache(size_t size)
{
    void *memory = memory_reserve(size);

    if (memory)
        madvise(memory, size, MADV_WIPEONFORK);
    return memory;
}

size_t memory_shrink(void *memory, size_t size, size_t keep)
{
    uintptr_t page = (uintptr_t)getpagesize(), start = (uintptr_t)memory;
    uintptr_t from = (start + keep + page - 1) / page * page, to = (start + size) / page * page;

    if (keep >= size || from >= to || munmap((void *)from, to - from) != 0)
        return size;
    return from - start;
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

void arena_shrink(struct arena *arena, struct lock *lock, size_t room)
{
    if (!lock_take(lock))
        return;
    arena->size = memory_shrink(arena->base, arena->size, arena->used + room);
    lock_give(lock);
}
