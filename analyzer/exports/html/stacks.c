#include "exports/html/stacks.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>

static bool same_name(const void *key, const void *array, uint32_t number)
{
    const struct function *functions = array;
    return functions[number].name == *(const char *const *)key;
}

static const char *where_is(const struct stack_frame *frame)
{
    if (frame->short_file)
        return frame->short_file;
    return frame->module ? frame->module->name : "";
}

static uint64_t function_hash(const char *name)
{
    uint64_t word = (uintptr_t)name;
    return hash_key(&word, sizeof(word));
}

uint32_t stacks_function(const struct stacks *stacks, const char *name)
{
    return index_find(&stacks->index, function_hash(name), &name, stacks->functions, same_name);
}

static uint32_t function_of(struct stacks *stacks, struct naming *naming, const char *name,
                            const struct stack_frame *frame)
{
    uint32_t number = stacks_function(stacks, name);
    uint32_t module = frame->module ? frame->module->index : 0;
    if (number != INDEX_NONE) {
        if (stacks->functions[number].module != module)
            stacks->functions[number].module = 0;
        return number;
    }
    const char *whole = frame->function ? naming_whole(naming, frame->name) : name;
    number = (uint32_t)stacks->function_count;
    stacks->functions = memory_grow(stacks->functions, stacks->function_count,
                                    &stacks->function_room, sizeof(*stacks->functions));
    stacks->functions[stacks->function_count++] =
        (struct function){.name = name, .whole = whole, .place = where_is(frame), .module = module};
    index_add(&stacks->index, function_hash(name), number);
    return number;
}

static size_t count_places(const struct selection *selection, const struct trace *trace)
{
    size_t frames = 0, count;
    for (size_t i = 0; i < trace->depth; i++, frames += count)
        selection_places(selection, trace->locations[i], &count);
    return frames;
}

/* Nothing is hidden: a location has as many places as frames. */
static void take_stack(struct stacks *stacks, const struct selection *selection,
                       const struct trace *trace)
{
    struct stack *stack = &stacks->list[stacks->count++];
    stack->trace = trace;
    stack->depth = count_places(selection, trace);
    stack->functions = memory_new(stack->depth, sizeof(*stack->functions));
    size_t left = stack->depth, count;
    for (size_t i = 0; i < trace->depth; i++) {
        const uint32_t *places = selection_places(selection, trace->locations[i], &count);
        const struct stack_frame *frames =
            location_frames(selection->profile, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++)
            stack->functions[--left] =
                function_of(stacks, selection->profile->naming,
                            selection_place(selection, places[j])->label, &frames[j]);
    }
}

static int stacks_by_trace(const void *left, const void *right)
{
    const struct stack *a = left, *b = right;
    return compare_numbers((uintptr_t)a->trace, (uintptr_t)b->trace);
}

static void stack_add_sample(struct stacks *stacks, const struct selected *selected)
{
    struct stack key = {.trace = selected_trace(selected)};
    struct stack *stack = bsearch(&key, stacks->list, stacks->count, sizeof(key), stacks_by_trace);
    for (size_t i = 0; stack && i < SAMPLE_TYPES; i++) {
        uint64_t *value = &stack->values[selected->sample ? i : STACK_BASE(i)];
        *value = count_sum(*value, sample_value(selected_sample(selected), sample_at(i)));
    }
}

static void add_values(uint64_t *to, const uint64_t *from)
{
    for (size_t i = 0; i < STACK_VALUES; i++)
        to[i] = count_sum(to[i], from[i]);
}

static void count_stack(struct stacks *stacks, struct stack *stack)
{
    enum verdict verdict = site_shown(stack->trace->site)->finding.verdict;
    stack->values[STACK_LIVE_OF(verdict)] = stack->values[SAMPLE_LIVE];
    add_values(stacks->totals, stack->values);
    for (size_t i = 0; i < stack->depth; i++) {
        struct function *function = &stacks->functions[stack->functions[i]];
        if (function->last != stack)
            add_values(function->cum, stack->values);
        function->last = stack;
    }
    add_values(stacks->functions[stack->functions[stack->depth - 1]].flat, stack->values);
}

static int stacks_by_functions(const void *left, const void *right)
{
    const struct stack *a = left, *b = right;
    int order = 0;
    for (size_t i = 0; !order && i < a->depth && i < b->depth; i++)
        order = compare_numbers(a->functions[i], b->functions[i]);
    return order ? order : compare_numbers(a->depth, b->depth);
}

void stacks_make(struct stacks *stacks, const struct selection *selection)
{
    const struct profile *profile = selection->profile;
    *stacks = (struct stacks){.list = memory_new(profile->trace_count, sizeof(*stacks->list))};
    for (size_t i = 0; i < profile->trace_count; i++) {
        if (!profile->traces[i]->site->dropped)
            take_stack(stacks, selection, profile->traces[i]);
    }
    qsort(stacks->list, stacks->count, sizeof(*stacks->list), stacks_by_trace);
    for (size_t i = 0; i < selection->count; i++)
        stack_add_sample(stacks, &selection->samples[i]);
    qsort(stacks->list, stacks->count, sizeof(*stacks->list), stacks_by_functions);
    for (size_t i = 0; i < stacks->count; i++)
        count_stack(stacks, &stacks->list[i]);
}

void stacks_free(struct stacks *stacks)
{
    for (size_t i = 0; i < stacks->count; i++)
        free(stacks->list[i].functions);
    free(stacks->list);
    free(stacks->functions);
    index_free(&stacks->index);
}

/* ---- as one tree ---- */

/* What has less than that is no more than a hair's breadth on any screen. */
#define FIRST_CUT 1e-5

static uint32_t add_tree_node(struct tree *tree, uint32_t parent, uint32_t function,
                              const uint64_t *values)
{
    tree->nodes = memory_grow(tree->nodes, tree->count, &tree->room, sizeof(*tree->nodes));
    struct tree_node *node = &tree->nodes[tree->count];
    *node = (struct tree_node){.parent = parent, .function = function};
    for (size_t i = 0; i < STACK_VALUES; i++)
        node->values[i] = values[i];
    return (uint32_t)tree->count++;
}

/* In every respect: what is small in one sample type may be all there is of another. */
static bool is_small(const struct tree *tree, const uint64_t *values, const uint64_t *totals)
{
    for (size_t i = 0; i < STACK_VALUES; i++) {
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
static void grow_tree(struct tree *tree, const struct stacks *stacks, struct stack *list,
                      size_t count, size_t depth, uint32_t parent)
{
    uint64_t other[STACK_VALUES] = {0};
    bool others = false;
    size_t i = 0;
    while (i < count && list[i].depth == depth)
        list[i++].node = parent;
    for (size_t alike; i < count && tree->count <= TREE_MOST; i += alike) {
        uint64_t values[STACK_VALUES] = {0};
        alike = sum_alike(&list[i], count - i, depth, values);
        if (!is_small(tree, values, stacks->totals)) {
            uint32_t node = add_tree_node(tree, parent, list[i].functions[depth], values);
            grow_tree(tree, stacks, &list[i], alike, depth + 1, node);
            continue;
        }
        for (size_t j = 0; j < STACK_VALUES; j++)
            other[j] += values[j];
        for (size_t j = 0; j < alike; j++)
            list[i + j].node = TREE_OTHER;
        others = true;
    }
    uint32_t node = others ? add_tree_node(tree, parent, TREE_OTHER, other) : TREE_ROOT;
    for (size_t j = 0; others && j < count; j++) {
        if (list[j].node == TREE_OTHER)
            list[j].node = node;
    }
}

void tree_make(struct tree *tree, struct stacks *stacks)
{
    *tree = (struct tree){0};
    for (;;) {
        tree->count = 0;
        add_tree_node(tree, TREE_ROOT, TREE_OTHER, stacks->totals);
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
