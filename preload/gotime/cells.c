#include "cells.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#define BATCH_CELLS (MAGAZINE_CELLS / 2)

__thread struct local local;
struct cells cells[CELLS_KINDS];
uint32_t cells_epoch;

/* Guards the list of locals. Taken before that of cells. */
static struct mutex locals_lock;
static struct local *locals;

static pthread_key_t thread_end;
static bool thread_end_known;

static size_t chunk_size(enum cells_kind kind)
{
    return CHUNK_CELLS * (cell_sizes[kind] + sizeof(uint32_t));
}

/* ---- the depot: under the lock of cells ---- */

/* The cells that are on it are not touched, for they are in no cache. */
static uint32_t *stack_at(enum cells_kind kind, uint32_t depth)
{
    char *chunk = cells[kind].chunks[depth / CHUNK_CELLS];
    uint32_t *part = (uint32_t *)(void *)(chunk + (size_t)CHUNK_CELLS * cell_sizes[kind]);

    return &part[depth % CHUNK_CELLS];
}

/* The last `count` of a magazine. */
static void depot_put(enum cells_kind kind, struct magazine *magazine, uint32_t count)
{
    magazine->room += count;
    while (count-- > 0)
        *stack_at(kind, cells[kind].spare++) = magazine->free[--magazine->count];
}

static void depot_get(enum cells_kind kind, struct magazine *magazine)
{
    while (cells[kind].spare && magazine->count < BATCH_CELLS) {
        uint32_t index = *stack_at(kind, --cells[kind].spare);

        __builtin_prefetch(cell_of(kind, index), 1);
        magazine->free[magazine->count++] = index;
        magazine->room--;
    }
}

static bool chunk_map(enum cells_kind kind, uint32_t chunk)
{
    void *memory;

    if (chunk >= CHUNKS_MOST)
        return false;
    memory =
        mmap(NULL, chunk_size(kind), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    __atomic_store_n(&cells[kind].chunks[chunk], memory, __ATOMIC_RELEASE);
    return true;
}

/* Cells that were never used, in the order of their addresses. */
static void depot_make(enum cells_kind kind, struct magazine *magazine)
{
    struct cells *of = &cells[kind];

    if (of->made % CHUNK_CELLS == 0 && !chunk_map(kind, of->made / CHUNK_CELLS))
        return;
    if (of->made == 0)
        of->made = BATCH_CELLS; /* and so 0 is never used */
    for (uint32_t i = BATCH_CELLS; i-- > 0;) {
        uint32_t index = of->made + i;
        struct cell *cell = cell_of(kind, index);

        __atomic_store_n(&cell->generation, of->birth, __ATOMIC_RELAXED);
        magazine->free[magazine->count++] = index;
        magazine->room--;
    }
    of->made += BATCH_CELLS;
}

/* ---- threads ---- */

static void local_leave(void *unused)
{
    (void)unused;
    for (int kind = 0; kind < CELLS_KINDS; kind++) {
        struct magazine *magazine = &local.magazines[kind];

        mutex_take(&cells[kind].lock);
        depot_put(kind, magazine, magazine->count);
        mutex_give(&cells[kind].lock);
        magazine->room = 0;
    }
    mutex_take(&locals_lock);
    if (local.next)
        local.next->prev = local.prev;
    *(local.prev ? &local.prev->next : &locals) = local.next;
    mutex_give(&locals_lock);
    local.joined = false;
    local.shard = NULL;
}

void local_join(void)
{
    if (local.joined)
        return;
    mutex_take(&locals_lock);
    if (!thread_end_known)
        thread_end_known = pthread_key_create(&thread_end, local_leave) == 0;
    if (thread_end_known)
        pthread_setspecific(thread_end, &local);
    local.joined = true;
    local.prev = NULL;
    local.next = locals;
    if (locals)
        locals->prev = &local;
    locals = &local;
    mutex_give(&locals_lock);
    for (int kind = 0; kind < CELLS_KINDS; kind++)
        local.magazines[kind].room = MAGAZINE_CELLS;
}

uint32_t cells_refill(enum cells_kind kind)
{
    struct magazine *magazine = &local.magazines[kind];

    local_join();
    mutex_take(&cells[kind].lock);
    if (cells[kind].spare)
        depot_get(kind, magazine);
    else
        depot_make(kind, magazine);
    mutex_give(&cells[kind].lock);
    if (magazine->count == 0) {
        errno = ENOMEM;
        return 0;
    }
    return cells_take(kind);
}

void cells_spill(enum cells_kind kind, uint32_t index)
{
    struct magazine *magazine = &local.magazines[kind];

    local_join();
    if (magazine->room == 0) {
        mutex_take(&cells[kind].lock);
        depot_put(kind, magazine, BATCH_CELLS);
        mutex_give(&cells[kind].lock);
    }
    cells_give(kind, index);
}

/* ---- the end, and fork ---- */

/* New cells begin with a generation that none of the old ones had. */
static uint32_t birth_next(enum cells_kind kind)
{
    uint32_t birth = cells[kind].birth;

    for (uint32_t i = BATCH_CELLS; i < cells[kind].made; i++)
        if (cell_generation(cell_of(kind, i)) >= birth)
            birth = cell_generation(cell_of(kind, i)) + 1;
    return birth;
}

void cells_end(enum cells_kind kind)
{
    struct cells *of = &cells[kind];

    of->birth = birth_next(kind);
    for (uint32_t i = 0; i < CHUNKS_MOST && of->chunks[i]; i++) {
        munmap(of->chunks[i], chunk_size(kind));
        of->chunks[i] = NULL;
    }
    for (struct local *each = locals; each; each = each->next) {
        each->magazines[kind].count = 0;
        each->magazines[kind].room = MAGAZINE_CELLS;
    }
    of->made = 0;
    of->spare = 0;
    cells_epoch++;
}

void cells_finish(void)
{
    for (struct local *each = locals, *next; each; each = next) {
        next = each->next;
        *each = (struct local){.busy = each->busy};
    }
    locals = NULL;
    if (thread_end_known)
        pthread_key_delete(thread_end);
    thread_end_known = false;
}

void cells_lock(void)
{
    mutex_take(&locals_lock);
    for (int kind = 0; kind < CELLS_KINDS; kind++)
        mutex_take(&cells[kind].lock);
}

void cells_unlock(void)
{
    for (int kind = 0; kind < CELLS_KINDS; kind++)
        mutex_give(&cells[kind].lock);
    mutex_give(&locals_lock);
}

/* What the threads that are gone had at hand. A thread may have been stopped while it took a cell
 * out, or put one in: that one is lost, and no other. */
static void magazine_inherit(enum cells_kind kind, struct magazine *magazine)
{
    magazine->room = MAGAZINE_CELLS - magazine->count;
    depot_put(kind, magazine, magazine->count);
}

void cells_renew(void)
{
    for (struct local *each = locals; each; each = each->next)
        for (int kind = 0; kind < CELLS_KINDS && each != &local; kind++)
            magazine_inherit(kind, &each->magazines[kind]);
    locals = local.joined ? &local : NULL;
    local.next = local.prev = NULL;
    cells_unlock();
}

const char *cells_check(enum cells_kind kind)
{
    const struct cells *of = &cells[kind];

    for (uint32_t i = 0; i < CHUNKS_MOST; i++)
        if ((i * CHUNK_CELLS < of->made) != (of->chunks[i] != NULL))
            return "the chunks are not as many as the cells that were made";
    for (uint32_t depth = 0; depth < of->spare; depth++)
        if (*stack_at(kind, depth) < BATCH_CELLS || *stack_at(kind, depth) >= of->made)
            return "on the stack is what is no cell";
    for (const struct local *each = locals; each; each = each->next)
        if (each->magazines[kind].count + each->magazines[kind].room != MAGAZINE_CELLS)
            return "a magazine has lost count";
    return NULL;
}
