#include "watch.h"

#include <sys/mman.h>
#include <time.h>

#include "cells.h"

#define CHUNK_SIZE (CHUNK_CELLS * sizeof(uint64_t))

/* As the chunks of cells. A reference is written and read by whoever has its timer to himself. */
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

/* Several threads may ask at once: all get the same answer. */
static uint32_t watch_family(void)
{
    static uint32_t family;
    uint32_t known = __atomic_load_n(&family, __ATOMIC_RELAXED);

    if (!known) {
        known = timerleak_ledger.family("gotime", TLK_BY_HANDLE | TLK_FIRES_TOLD);
        __atomic_store_n(&family, known, __ATOMIC_RELAXED);
    }
    return known;
}

uint64_t watch_birth(const struct timerleak_call *call, uint64_t handle, size_t retained,
                     const char *name)
{
    const struct timerleak_birth birth = {
        .call = call,
        .family = watch_family(),
        .clock = CLOCK_MONOTONIC,
        .handle = handle,
        .kept = true,
        .retained = retained,
        .name = name,
    };

    return timerleak_ledger.created(&birth);
}

void watch_created(uint32_t index, const struct timerleak_call *call, uint64_t handle,
                   size_t retained, const char *name)
{
    uint64_t *chunk = chunk_of(index);

    if (!chunk)
        chunk = chunk_make(index / CHUNK_CELLS);
    if (chunk)
        chunk[index % CHUNK_CELLS] = watch_birth(call, handle, retained, name);
}

uint64_t watch_reference(uint32_t index)
{
    const uint64_t *chunk = chunk_of(index);

    return chunk ? chunk[index % CHUNK_CELLS] : 0;
}

void watch_forget(uint32_t index)
{
    uint64_t *chunk = chunk_of(index);

    if (!chunk)
        return;
    timerleak_ledger.released(chunk[index % CHUNK_CELLS]);
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
