#include "exports/stack_sums.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "base/progress.h"

#include <stdlib.h>
#include <string.h>

/* Appends the stack that is shown of a sample; returns how deep it is. */
static uint32_t append_stack(struct stack_sums *sums, const struct selection *selection,
                             const struct selected *selected)
{
    const struct trace *trace = selected_trace(selected);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < selected->depth; i++) {
        size_t count;
        const uint32_t *places = selection_places(selection, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++, depth++) {
            sums->stacks = memory_grow(sums->stacks, sums->used + depth, &sums->stacks_room,
                                       sizeof(*sums->stacks));
            sums->stacks[sums->used + depth] = places[j];
        }
    }
    return depth;
}

struct key {
    const struct stack_sums *sums;
    const uint32_t *stack;
    uint32_t depth;
};

static bool same_stack(const void *wanted, const void *array, uint32_t number)
{
    const struct key *key = wanted;
    const struct stack_sum *sum = (const struct stack_sum *)array + number;
    return key->depth == sum->depth && memcmp(key->stack, key->sums->stacks + sum->first,
                                              sum->depth * sizeof(*key->stack)) == 0;
}

/* The stack stands behind those that are in use: it stays there only if it is new. */
static struct stack_sum *sum_of(struct stack_sums *sums, uint32_t depth)
{
    struct key key = {sums, sums->stacks + sums->used, depth};
    uint64_t hash = hash_key(key.stack, depth * sizeof(*key.stack));
    uint32_t known = index_find(&sums->index, hash, &key, sums->list, same_stack);
    if (known != INDEX_NONE)
        return &sums->list[known];
    sums->list = memory_grow(sums->list, sums->count, &sums->room, sizeof(*sums->list));
    sums->list[sums->count] = (struct stack_sum){.first = sums->used, .depth = depth};
    sums->used += depth;
    index_add(&sums->index, hash, (uint32_t)sums->count);
    return &sums->list[sums->count++];
}

void stack_sums_make(struct stack_sums *sums, const struct selection *selection)
{
    *sums = (struct stack_sums){0};
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        progress("adding samples up", i, selection->count);
        uint32_t depth = append_stack(sums, selection, selected);
        if (depth == 0)
            continue;
        struct stack_sum *sum = sum_of(sums, depth);
        for (size_t type = 0; type < SAMPLE_TYPES; type++)
            sum->values[type] =
                value_sum(sum->values[type], selected_value(selection, selected, sample_at(type)));
    }
}

void stack_sums_free(struct stack_sums *sums)
{
    free(sums->list);
    free(sums->stacks);
    index_free(&sums->index);
}
