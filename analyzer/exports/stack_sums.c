#include "exports/stack_sums.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

/* Appends the stack that is shown of a sample; returns how deep it is. */
static uint32_t append_stack(struct rows *rows, const struct selection *selection,
                             const struct selected *selected)
{
    const struct site *site = selected_site(selected);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < selected->depth; i++) {
        size_t count;
        const uint32_t *places = selection_places(selection, site->locations[i], &count);
        for (size_t j = 0; j < count; j++, depth++) {
            rows->stacks = memory_grow(rows->stacks, rows->used + depth, &rows->stacks_room,
                                       sizeof(*rows->stacks));
            rows->stacks[rows->used + depth] = places[j];
        }
    }
    return depth;
}

struct key {
    const struct rows *rows;
    const uint32_t *stack;
    uint32_t depth;
};

static bool same(const void *wanted, const void *array, uint32_t number)
{
    const struct key *key = wanted;
    const struct row *row = (const struct row *)array + number;
    return key->depth == row->depth && memcmp(key->stack, key->rows->stacks + row->first,
                                              row->depth * sizeof(*key->stack)) == 0;
}

/* The stack stands behind those that are in use: it stays there only if it is new. */
static struct row *row_of(struct rows *rows, uint32_t depth)
{
    struct key key = {rows, rows->stacks + rows->used, depth};
    uint64_t hash = index_hash(key.stack, depth * sizeof(*key.stack));
    uint32_t known = index_find(&rows->index, hash, &key, rows->list, same);
    if (known != INDEX_NONE)
        return &rows->list[known];
    rows->list = memory_grow(rows->list, rows->count, &rows->room, sizeof(*rows->list));
    rows->list[rows->count] = (struct row){.first = rows->used, .depth = depth};
    rows->used += depth;
    index_add(&rows->index, hash, (uint32_t)rows->count);
    return &rows->list[rows->count++];
}

void rows_make(struct rows *rows, const struct selection *selection)
{
    *rows = (struct rows){0};
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        uint32_t depth = append_stack(rows, selection, selected);
        if (depth == 0)
            continue;
        struct row *row = row_of(rows, depth);
        for (size_t type = 0; type < SAMPLE_TYPES; type++)
            row->values[type] =
                value_sum(row->values[type], selected_value(selection, selected, sample_at(type)));
    }
}

void rows_free(struct rows *rows)
{
    free(rows->list);
    free(rows->stacks);
    index_free(&rows->index);
}
