/* calltree.c - graphs in which each path to a place is a node of its own. */
#include "base/numbers.h"
#include "profile/graphparts.h"

static bool same(const void *key, const void *array, uint32_t number)
{
    const uint32_t *wanted = key;
    const struct part_node *node = (const struct part_node *)array + number;
    return wanted[0] == node->parent && wanted[1] == node->place;
}

static uint32_t child_of(struct graph_parts *parts, uint32_t parent, uint32_t place, bool inlined)
{
    uint32_t key[] = {parent, place};
    uint64_t hash = index_hash(key, sizeof(key));
    uint32_t known = index_find(&parts->node_index, hash, key, parts->nodes, same);
    if (known == INDEX_NONE) {
        known = (uint32_t)parts->node_count;
        parts->nodes =
            memory_grow(parts->nodes, parts->node_count, &parts->node_room, sizeof(*parts->nodes));
        parts->nodes[parts->node_count++] =
            (struct part_node){.place = place, .parent = parent, .inlined = true};
        index_add(&parts->node_index, hash, known);
    }
    parts->nodes[known].inlined &= inlined;
    return known;
}

static void count_sample(struct graph_parts *parts, const struct selected *selected)
{
    const struct site *site = selected_site(selected);
    uint32_t node = NO_NODE;
    for (size_t i = selected->depth; i > 0; i--) {
        size_t count;
        const uint32_t *places = selection_places(parts->selection, site->locations[i - 1], &count);
        for (size_t j = count; j > 0; j--) {
            node = child_of(parts, node, places[j - 1], j != count);
            parts->nodes[node].cum = value_sum(parts->nodes[node].cum, selected->value);
        }
    }
    if (node != NO_NODE)
        parts->nodes[node].flat = value_sum(parts->nodes[node].flat, selected->value);
}

void parts_count_tree(struct graph_parts *parts)
{
    const struct selection *selection = parts->selection;
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->samples[i].value != 0)
            count_sample(parts, &selection->samples[i]);
    }
}

/* To the nearest ancestor that is kept; without one, the node is a root. */
static void connect_node(struct graph_parts *parts, uint32_t number)
{
    const struct part_node *node = &parts->nodes[number];
    bool inlined = node->inlined, residual = false;
    uint32_t ancestor = node->parent;
    while (ancestor != NO_NODE && !parts->nodes[ancestor].kept) {
        inlined &= parts->nodes[ancestor].inlined;
        residual = true;
        ancestor = parts->nodes[ancestor].parent;
    }
    if (ancestor == NO_NODE)
        return;
    struct part_edge *edge = parts_edge(parts, ancestor, number);
    edge->weight = node->cum;
    edge->residual = residual;
    edge->inlined = inlined;
}

void parts_connect_tree(struct graph_parts *parts)
{
    parts->edge_count = 0;
    index_free(&parts->edge_index);
    for (size_t i = 0; i < parts->node_count; i++) {
        if (parts->nodes[i].kept)
            connect_node(parts, (uint32_t)i);
    }
}
