#include "profile/nodes.h"

#include "base/numbers.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

/* Names are interned: equal ones have one address. */
static struct node *node_of(struct nodes *nodes, const char *name)
{
    struct node *node;
    HASH_FIND_PTR(nodes->table, &name, node);
    if (node)
        return node;
    node = memory_new(1, sizeof(*node));
    node->name = name;
    HASH_ADD_PTR(nodes->table, name, node);
    nodes->nodes = memory_grow(nodes->nodes, nodes->count, &nodes->room, sizeof(*nodes->nodes));
    nodes->nodes[nodes->count++] = node;
    return node;
}

static void add_site(struct nodes *nodes, struct profile *profile, struct site *site,
                     uint64_t value)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 0; i < depth; i++) {
        struct node *node = node_of(nodes, strings_add(profile->strings, stack[i].name));
        if (i == 0)
            node->flat += value;
        if (node->last != site)
            node->cum += value;
        node->last = site;
        if (i + 1 < depth) {
            node->inlined |= stack[i].inlined;
            node->called |= !stack[i].inlined;
        }
    }
}

void nodes_build(struct nodes *nodes, struct profile *profile, const struct sample_type *type)
{
    *nodes = (struct nodes){0};
    for (size_t i = 0; i < profile->site_count; i++) {
        uint64_t value = sample_value(&profile->sites[i]->counts, type);
        if (value > 0)
            add_site(nodes, profile, profile->sites[i], value);
    }
}

void nodes_free(struct nodes *nodes)
{
    struct node *node, *next;
    HASH_ITER (hh, nodes->table, node, next) {
        HASH_DEL(nodes->table, node);
        free(node);
    }
    free(nodes->nodes);
}

static int by_flat(const void *left, const void *right)
{
    const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;
    int order = compare_numbers(b->flat, a->flat);
    return order ? order : strcmp(a->name, b->name);
}

static int by_cum(const void *left, const void *right)
{
    const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;
    int order = compare_numbers(b->cum, a->cum);
    return order ? order : strcmp(a->name, b->name);
}

void nodes_sort(struct nodes *nodes, bool cum)
{
    if (nodes->count > 0)
        qsort(nodes->nodes, nodes->count, sizeof(*nodes->nodes), cum ? by_cum : by_flat);
}
