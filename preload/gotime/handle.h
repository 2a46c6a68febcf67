/*
 * handle.h - what is in a handle: the kind of object, its place, and which life of that place.
 */
#ifndef GOTIME_HANDLE_H
#define GOTIME_HANDLE_H

#include <stdint.h>

enum kind {
    KIND_NONE, /* the handle of zeros */
    KIND_CHANNEL,
    KIND_AFTER,
    KIND_TICK,
    KIND_TIMER,
    KIND_TICKER,
    KIND_FUNC,
    KIND_CONTEXT,
    KIND_TASK,
};

#define HANDLE_INDEX_BITS 28

static inline uint64_t handle_make(enum kind kind, uint32_t index, uint32_t generation)
{
    return (uint64_t)kind << 60 | (uint64_t)index << 32 | generation;
}

static inline enum kind handle_kind(uint64_t handle)
{
    return (enum kind)(handle >> 60);
}

static inline uint32_t handle_index(uint64_t handle)
{
    return handle >> 32 & ((1u << HANDLE_INDEX_BITS) - 1);
}

static inline uint32_t handle_generation(uint64_t handle)
{
    return (uint32_t)handle;
}

#endif
