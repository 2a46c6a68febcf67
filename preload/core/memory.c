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
