#include "watch.h"

#include <sys/mman.h>
#include <time.h>

#include "cells.h"

#define CHUNK_SIZE (CHUNK_CELLS * sizeof(uint64_t))

uint64_t *watch_chunks[CHUNKS_MOST];

static uint64_t *chunk_make(uint32_t chunk)
{
    uint64_t *none = NULL;
    void *memory =
        mmap(NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    if (__atomic_compare_exchange_n(&watch_chunks[chunk], &none, memory, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return memory;
    munmap(memory, CHUNK_SIZE);
    return none;
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

/* A shim from before there was started() is told the same in two calls. */
uint64_t watch_born(struct timerleak_birth *birth, int64_t now, int64_t deadline, int64_t period)
{
    birth->family = watch_family();
    birth->clock = CLOCK_MONOTONIC;
    birth->kept = true;
    if (timerleak_ledger.size > offsetof(struct timerleak_ledger, started))
        return timerleak_ledger.started(birth, watch_time(now), deadline, period);
    uint64_t reference = timerleak_ledger.created(birth);
    watch_reference_armed(reference, now, deadline, period, birth->call->caller);
    return reference;
}

void watch_started(uint32_t index, struct timerleak_birth *birth, int64_t now, int64_t deadline,
                   int64_t period)
{
    if (watch_place(index) || chunk_make(index / CHUNK_CELLS))
        *watch_place(index) = watch_born(birth, now, deadline, period);
}

void watch_end(void)
{
    for (uint32_t i = 0; i < CHUNKS_MOST; i++) {
        if (watch_chunks[i])
            munmap(watch_chunks[i], CHUNK_SIZE);
        watch_chunks[i] = NULL;
    }
}
