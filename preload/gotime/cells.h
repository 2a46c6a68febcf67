/*
 * cells.h - the places that handles name: cells of several kinds and sizes, which are never given
 * back to the system while a handle of them may be in use. Any handle, however old, can so be
 * looked up without a lock, and what is found is of its kind or was.
 *
 * A cell's owner counts its lives: generation is advanced, under the owner's lock, when the object
 * ends. All else in it keeps its value from one life to the next.
 */
#ifndef GOTIME_CELLS_H
#define GOTIME_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "handle.h"
#include "mutex.h"

enum cells_kind {
    CELLS_TIMER,
    CELLS_CHANNEL,
    CELLS_CONTEXT,
    CELLS_TASK,
    CELLS_KINDS,
};

#define CHUNK_BITS 14
#define CHUNK_CELLS (1u << CHUNK_BITS)
#define CHUNKS_MOST (1u << (HANDLE_INDEX_BITS - CHUNK_BITS))

static const uint32_t cell_sizes[CELLS_KINDS] = {
    [CELLS_TIMER] = 64,
    [CELLS_CHANNEL] = 128,
    [CELLS_CONTEXT] = 128,
    [CELLS_TASK] = 128,
};

/* What every cell begins with; read and written atomically: see cell_generation(). */
struct cell {
    uint32_t generation;
};

struct cells {
    struct mutex lock;
    uint32_t made;             /* cells that were ever used, those before the first one included */
    uint32_t spare;            /* free cells on the stack */
    uint32_t birth;            /* the generation that new cells begin with */
    char *chunks[CHUNKS_MOST]; /* the cells, and then as much room on the stack of free ones */
};

extern struct cells cells[CELLS_KINDS] HIDDEN;

/* Counts the calls of cells_end(): what was found in a cell before one is gone. */
extern uint32_t cells_epoch HIDDEN;

/* ---- what each thread has: small, for it lies in the static TLS block ---- */

#define MAGAZINE_CELLS 32

/* count + room is MAGAZINE_CELLS, or 0 before the thread's first use of it. */
struct magazine {
    uint32_t count, room;
    uint32_t free[MAGAZINE_CELLS];
};

struct shard;

/* The shard that its timers go to, which callback it runs, and free cells at hand. */
struct local {
    struct local *next, *prev; /* all threads', under a lock of theirs */
    struct shard *shard;       /* where its timers are made; NULL: not chosen yet */
    uint32_t running;          /* index of the timer whose callback this thread runs; 0: none */
    bool busy;                 /* it runs a callback or task */
    bool joined;               /* local_join() was called */
    struct magazine magazines[CELLS_KINDS];
};

extern __thread struct local local HIDDEN __attribute__((tls_model("initial-exec")));

/* Sees to it that what the thread has at hand is given back when it ends. */
void local_join(void);

/* ---- taking and giving ---- */

uint32_t cells_refill(enum cells_kind kind);
void cells_spill(enum cells_kind kind, uint32_t index);

static inline char *cells_chunk(enum cells_kind kind, uint32_t index)
{
    return __atomic_load_n(&cells[kind].chunks[index >> CHUNK_BITS], __ATOMIC_ACQUIRE);
}

static inline void *chunk_cell(char *chunk, enum cells_kind kind, uint32_t index)
{
    return chunk + (size_t)(index % CHUNK_CELLS) * cell_sizes[kind];
}

/* One that was made. */
static inline void *cell_of(enum cells_kind kind, uint32_t index)
{
    return chunk_cell(cells_chunk(kind, index), kind, index);
}

/* NULL when no such cell was ever made. */
static inline void *cells_at(enum cells_kind kind, uint32_t index)
{
    char *chunk = cells_chunk(kind, index);

    return chunk ? chunk_cell(chunk, kind, index) : NULL;
}

static inline uint32_t cell_generation(const void *cell)
{
    return __atomic_load_n(&((const struct cell *)cell)->generation, __ATOMIC_RELAXED);
}

/* Makes all handles of it stale. Under the lock of its owner. */
static inline void cell_age(void *cell)
{
    __atomic_store_n(&((struct cell *)cell)->generation, cell_generation(cell) + 1,
                     __ATOMIC_RELAXED);
}

/*
 * The index of a free cell; 0, and ENOMEM in errno, when there is no memory.
 *
 * The order of the stores, here and below, is for another thread's fork: in the child a cell is
 * either in the magazine or in use, or lost, but never both.
 */
static inline uint32_t cells_take(enum cells_kind kind)
{
    struct magazine *magazine = &local.magazines[kind];

    if (__builtin_expect(magazine->count == 0, 0))
        return cells_refill(kind);
    magazine->room++;
    uint32_t index = magazine->free[magazine->count - 1];
    magazine->count--;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return index;
}

/* Of a cell that was aged. */
static inline void cells_give(enum cells_kind kind, uint32_t index)
{
    struct magazine *magazine = &local.magazines[kind];

    if (__builtin_expect(magazine->room == 0, 0)) {
        cells_spill(kind, index);
        return;
    }
    magazine->room--;
    magazine->free[magazine->count] = index;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    magazine->count++;
}

/*
 * Unmaps all cells of that kind: every handle of one is stale, and stays so when new cells take the
 * same places. No other thread is inside the library, or, after fork, there is none.
 */
void cells_end(enum cells_kind kind);

/* Whether a life of that generation was one of those that cells_end() ended. */
static inline bool cells_ended(enum cells_kind kind, uint32_t generation)
{
    return (int32_t)(generation - cells[kind].birth) < 0;
}

/* For fork, as of struct part (parts.h). In the child all cells stay, but those that are ended. */
void cells_lock(void);
void cells_unlock(void);
void cells_renew(void);

/* Gives back what is left once all kinds were ended. */
void cells_finish(void);

/* What is wrong with the free cells of that kind, or NULL: for tests. No other thread is inside. */
const char *cells_check(enum cells_kind kind);

#endif
