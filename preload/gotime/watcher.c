#include "watcher.h"

#include <sys/mman.h>

#include "cells.h"

#define CHUNK_SIZE (CHUNK_CELLS * sizeof(uint64_t))

/* As the chunks of cells. A cookie is written and read by whoever has its timer to himself. */
static uint64_t *chunks[CHUNKS_MOST];

static uint64_t *chunk_make(uint32_t chunk)
{
    uint64_t *none = NULL;
    void *memory =
        mmap(NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    if (__atomic_compare_exchange_n(&chunks[chunk], &none, memory, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return memory;
    munmap(memory, CHUNK_SIZE);
    return none;
}

static uint64_t *chunk_of(uint32_t index)
{
    return __atomic_load_n(&chunks[index / CHUNK_CELLS], __ATOMIC_ACQUIRE);
}

void watch_created(uint32_t index, const struct gotime_call *call, uint64_t handle, size_t retained,
                   const char *name)
{
    uint64_t *chunk = chunk_of(index);

    if (!chunk)
        chunk = chunk_make(index / CHUNK_CELLS);
    if (chunk)
        chunk[index % CHUNK_CELLS] = timerleak_gotime.created(call, handle, retained, name);
}

uint64_t watch_cookie(uint32_t index)
{
    const uint64_t *chunk = chunk_of(index);

    return chunk ? chunk[index % CHUNK_CELLS] : 0;
}

void watch_forget(uint32_t index)
{
    uint64_t *chunk = chunk_of(index);

    if (!chunk)
        return;
    timerleak_gotime.released(chunk[index % CHUNK_CELLS]);
    chunk[index % CHUNK_CELLS] = 0;
}

void watch_end(void)
{
    for (uint32_t i = 0; i < CHUNKS_MOST; i++) {
        if (chunks[i])
            munmap(chunks[i], CHUNK_SIZE);
        chunks[i] = NULL;
    }
}
