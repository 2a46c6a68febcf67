#include "base/index.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

static size_t first_slot(const struct index *index, uint32_t hash)
{
    return hash & (index->room - 1);
}

uint32_t index_find(const struct index *index, uint64_t hash, const void *key, const void *array,
                    index_same *same)
{
    uint32_t short_hash = (uint32_t)(hash >> 32);
    if (index->room == 0)
        return INDEX_NONE;
    for (size_t i = first_slot(index, short_hash);; i = (i + 1) & (index->room - 1)) {
        const struct index_slot *slot = &index->slots[i];
        if (slot->number == 0)
            return INDEX_NONE;
        if (slot->hash == short_hash && same(key, array, slot->number - 1))
            return slot->number - 1;
    }
}

static void index_put(struct index *index, struct index_slot slot)
{
    size_t i = first_slot(index, slot.hash);
    while (index->slots[i].number != 0)
        i = (i + 1) & (index->room - 1);
    index->slots[i] = slot;
}

static void index_grow(struct index *index)
{
    struct index old = *index;
    index->room = old.room ? 2 * old.room : FIRST_ROOM;
    index->slots = memory_new(index->room, sizeof(*index->slots));
    for (size_t i = 0; i < old.room; i++) {
        if (old.slots[i].number != 0)
            index_put(index, old.slots[i]);
    }
    free(old.slots);
}

void index_add(struct index *index, uint64_t hash, uint32_t number)
{
    if (2 * index->used >= index->room)
        index_grow(index);
    index_put(index, (struct index_slot){number + 1, (uint32_t)(hash >> 32)});
    index->used++;
}

/* What stands behind it, and would have stood there, moves up: a search ends at what is free. */
void index_remove(struct index *index, uint64_t hash, uint32_t number)
{
    size_t mask = index->room - 1, hole = first_slot(index, (uint32_t)(hash >> 32));
    while (index->slots[hole].number != number + 1)
        hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; index->slots[i].number != 0; i = (i + 1) & mask) {
        size_t way = (i - first_slot(index, index->slots[i].hash)) & mask;
        if (way < ((i - hole) & mask))
            continue;
        index->slots[hole] = index->slots[i];
        hole = i;
    }
    index->slots[hole] = (struct index_slot){0};
    index->used--;
}

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}
