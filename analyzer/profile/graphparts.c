#include "profile/graphparts.h"

#include "base/numbers.h"

#include <stdlib.h>

static void add_node(struct graph_parts *parts, uint32_t place)
{
    parts->nodes =
        memory_grow(parts->nodes, parts->node_count, &parts->node_room, sizeof(*parts->nodes));
    parts->nodes[parts->node_count++] = (struct part_node){.place = place, .parent = NO_NODE};
}

/* The node of a place has the place's number. */
static struct part_node *node_of(struct graph_parts *parts, uint32_t place)
{
    while (parts->node_count <= place)
        add_node(parts, (uint32_t)parts->node_count);
    return &parts->nodes[place];
}

static void count_sample(struct graph_parts *parts, const struct selected *selected, uint32_t seen)
{
    const struct site *site = selected_site(selected);
    bool leaf = true;
    for (size_t i = 0; i < selected->depth; i++) {
        size_t count;
        const uint32_t *places = selection_places(parts->selection, site->locations[i], &count);
        for (size_t j = 0; j < count; j++) {
            struct part_node *node = node_of(parts, places[j]);
            if (node->seen != seen)
                node->cum = value_sum(node->cum, selected->value);
            node->seen = seen;
            node->flat = value_sum(node->flat, leaf ? selected->value : 0);
            leaf = false;
        }
    }
}

void parts_count(struct graph_parts *parts)
{
    const struct selection *selection = parts->selection;
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->samples[i].value != 0)
            count_sample(parts, &selection->samples[i], (uint32_t)i + 1);
    }
}

static bool same_edge(const void *key, const void *array, uint32_t number)
{
    const uint32_t *ends = key;
    const struct part_edge *edge = (const struct part_edge *)array + number;
    return ends[0] == edge->from && ends[1] == edge->to;
}

struct part_edge *parts_edge(struct graph_parts *parts, uint32_t from, uint32_t to)
{
    uint32_t ends[] = {from, to};
    uint64_t hash = index_hash(ends, sizeof(ends));
    uint32_t known = index_find(&parts->edge_index, hash, ends, parts->edges, same_edge);
    if (known != INDEX_NONE)
        return &parts->edges[known];
    parts->edges =
        memory_grow(parts->edges, parts->edge_count, &parts->edge_room, sizeof(*parts->edges));
    index_add(&parts->edge_index, hash, (uint32_t)parts->edge_count);
    struct part_edge *edge = &parts->edges[parts->edge_count++];
    *edge = (struct part_edge){.from = from, .to = to, .inlined = true};
    return edge;
}

struct walk {
    uint32_t caller; /* NO_NODE: none yet */
    uint32_t seen;
    bool residual; /* over nodes that are not kept */
    int64_t value;
};

/* Each edge counts once in a stack, however often the stack has it. */
static void step(struct graph_parts *parts, struct walk *walk, uint32_t place, bool inlined)
{
    if (!parts->nodes[place].passing) {
        walk->residual = true;
        return;
    }
    if (walk->caller != NO_NODE && walk->caller != place) {
        struct part_edge *edge = parts_edge(parts, walk->caller, place);
        if (edge->seen != walk->seen) {
            edge->weight = value_sum(edge->weight, walk->value);
            edge->residual |= walk->residual;
            edge->inlined &= inlined;
        }
        edge->seen = walk->seen;
    }
    walk->caller = place;
    walk->residual = false;
}

/* From the root to the leaf. */
static void connect_sample(struct graph_parts *parts, const struct selected *selected,
                           uint32_t seen)
{
    const struct site *site = selected_site(selected);
    struct walk walk = {.caller = NO_NODE, .seen = seen, .value = selected->value};
    for (size_t i = selected->depth; i > 0; i--) {
        size_t count;
        const uint32_t *places = selection_places(parts->selection, site->locations[i - 1], &count);
        for (size_t j = count; j > 0; j--)
            step(parts, &walk, places[j - 1], j != count);
    }
}

void parts_connect(struct graph_parts *parts)
{
    const struct selection *selection = parts->selection;
    parts->edge_count = 0;
    index_free(&parts->edge_index);
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->samples[i].value != 0)
            connect_sample(parts, &selection->samples[i], (uint32_t)i + 1);
    }
}

size_t parts_drop_edges(struct graph_parts *parts, int64_t cutoff)
{
    size_t dropped = 0;
    for (size_t i = 0; i < parts->edge_count; i++) {
        struct part_edge *edge = &parts->edges[i];
        edge->dropped = llabs(edge->weight) < cutoff;
        dropped += edge->dropped;
    }
    return dropped;
}

/* ---- a node for each path that leads to it ---- */

static bool same_path(const void *key, const void *array, uint32_t number)
{
    const uint32_t *wanted = key;
    const struct part_node *node = (const struct part_node *)array + number;
    return wanted[0] == node->parent && wanted[1] == node->place;
}

static uint32_t child_of(struct graph_parts *parts, uint32_t parent, uint32_t place, bool inlined)
{
    uint32_t key[] = {parent, place};
    uint64_t hash = index_hash(key, sizeof(key));
    uint32_t known = index_find(&parts->node_index, hash, key, parts->nodes, same_path);
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

static void count_path(struct graph_parts *parts, const struct selected *selected)
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
            count_path(parts, &selection->samples[i]);
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
