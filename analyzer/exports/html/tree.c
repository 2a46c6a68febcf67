#include "exports/html/tree.h"

#include "base/memory.h"

#include <stdlib.h>

/* What has less than that is no more than a hair's breadth on any screen. */
#define FIRST_CUT 1e-5

static uint32_t add_node(struct tree *tree, uint32_t parent, uint32_t function,
                         const uint64_t *values)
{
    tree->nodes = memory_grow(tree->nodes, tree->count, &tree->room, sizeof(*tree->nodes));
    struct tree_node *node = &tree->nodes[tree->count];
    *node = (struct tree_node){.parent = parent, .function = function};
    for (size_t i = 0; i < STACK_VALUES; i++)
        node->values[i] = values[i];
    return (uint32_t)tree->count++;
}

/* Of any sample type: what is small in one may be all there is of another. */
static bool is_small(const struct tree *tree, const uint64_t *values, const uint64_t *totals)
{
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        if (values[i] > 0 && (double)values[i] >= tree->cut * (double)totals[i])
            return false;
    }
    return true;
}

/* Stacks with the same function at `depth` follow each other. Returns how many begin the list. */
static size_t sum_alike(const struct stack *list, size_t count, size_t depth, uint64_t *values)
{
    size_t alike = 0;
    for (; alike < count && list[alike].functions[depth] == list->functions[depth]; alike++) {
        for (size_t i = 0; i < STACK_VALUES; i++)
            values[i] += list[alike].values[i];
    }
    return alike;
}

/* Stacks that end at `depth` come first, and have no children. */
static void grow_tree(struct tree *tree, const struct stacks *stacks, const struct stack *list,
                      size_t count, size_t depth, uint32_t parent)
{
    uint64_t other[STACK_VALUES] = {0};
    bool others = false;
    size_t i = 0;
    while (i < count && list[i].depth == depth)
        i++;
    for (size_t alike; i < count && tree->count <= TREE_MOST; i += alike) {
        uint64_t values[STACK_VALUES] = {0};
        alike = sum_alike(&list[i], count - i, depth, values);
        if (!is_small(tree, values, stacks->totals)) {
            uint32_t node = add_node(tree, parent, list[i].functions[depth], values);
            grow_tree(tree, stacks, &list[i], alike, depth + 1, node);
            continue;
        }
        for (size_t j = 0; j < STACK_VALUES; j++)
            other[j] += values[j];
        others = true;
    }
    if (others)
        add_node(tree, parent, TREE_OTHER, other);
}

void tree_make(struct tree *tree, const struct stacks *stacks)
{
    *tree = (struct tree){0};
    for (;;) {
        tree->count = 0;
        add_node(tree, TREE_ROOT, TREE_OTHER, stacks->totals);
        grow_tree(tree, stacks, stacks->list, stacks->count, 0, TREE_ROOT);
        if (tree->count <= TREE_MOST)
            return;
        tree->cut = tree->cut > 0 ? 2 * tree->cut : FIRST_CUT;
    }
}

void tree_free(struct tree *tree)
{
    free(tree->nodes);
}
