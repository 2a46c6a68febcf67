#include "profile/graphparts.h"

#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void parts_add_node(struct graph_parts *parts, uint32_t place)
{
    parts->nodes =
        memory_grow(parts->nodes, parts->node_count, &parts->node_room, sizeof(*parts->nodes));
    parts->nodes[parts->node_count++] = (struct part_node){.place = place, .parent = NO_NODE};
}

/* The node of a place has the place's number. */
static struct part_node *node_of(struct graph_parts *parts, uint32_t place)
{
    while (parts->node_count <= place)
        parts_add_node(parts, (uint32_t)parts->node_count);
    return &parts->nodes[place];
}

static void count_sample(struct graph_parts *parts, const struct selected *selected, uint32_t seen)
{
    const struct trace *trace = selected_trace(selected);
    bool leaf = true;
    for (size_t i = 0; i < selected->depth; i++) {
        size_t count;
        const uint32_t *places = selection_places(parts->selection, trace->locations[i], &count);
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

/* Made if need be. */
static struct part_edge *parts_edge(struct graph_parts *parts, uint32_t from, uint32_t to)
{
    uint32_t ends[] = {from, to};
    uint64_t hash = hash_key(ends, sizeof(ends));
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
static void walk_step(struct graph_parts *parts, struct walk *walk, uint32_t place, bool inlined)
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
    const struct trace *trace = selected_trace(selected);
    struct walk walk = {.caller = NO_NODE, .seen = seen, .value = selected->value};
    for (size_t i = selected->depth; i > 0; i--) {
        size_t count;
        const uint32_t *places =
            selection_places(parts->selection, trace->locations[i - 1], &count);
        for (size_t j = count; j > 0; j--)
            walk_step(parts, &walk, places[j - 1], j != count);
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
    uint64_t hash = hash_key(key, sizeof(key));
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
    const struct trace *trace = selected_trace(selected);
    uint32_t node = NO_NODE;
    for (size_t i = selected->depth; i > 0; i--) {
        size_t count;
        const uint32_t *places =
            selection_places(parts->selection, trace->locations[i - 1], &count);
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

/* ---- which nodes come first ---- */

/* What the edges on one side of a node weigh, and how evenly. */
struct side {
    double total;
    double entropy;
    bool any;
};

static void add_part(struct side *side, int64_t weight)
{
    double part = (double)llabs(weight) / side->total;
    if (part > 0)
        side->entropy -= part * log2(part);
}

/* Two sides of each node: callers' edges, and callees' with its own value. */
static struct side *weigh_sides(const struct graph_parts *parts)
{
    struct side *sides = memory_new(2 * parts->node_count, sizeof(*sides));
    for (size_t i = 0; i < parts->kept; i++)
        sides[2 * parts->order[i] + 1].total = (double)parts->nodes[parts->order[i]].flat;
    for (size_t i = 0; i < parts->edge_count; i++) {
        const struct part_edge *edge = &parts->edges[i];
        struct side *in = &sides[2 * edge->to], *out = &sides[2 * edge->from + 1];
        in->any = out->any = true;
        in->total += edge->weight > 0 ? (double)edge->weight : 0;
        out->total += edge->weight > 0 ? (double)edge->weight : 0;
    }
    for (size_t i = 0; i < parts->edge_count; i++) {
        const struct part_edge *edge = &parts->edges[i];
        if (sides[2 * edge->to].total != 0)
            add_part(&sides[2 * edge->to], edge->weight);
        if (sides[2 * edge->from + 1].total != 0)
            add_part(&sides[2 * edge->from + 1], edge->weight);
    }
    return sides;
}

/*
 * High for nodes where paths meet and part, low for those that only hand on what they get. Ends of
 * paths are worth seeing too.
 */
static void score_for_pictures(struct graph_parts *parts)
{
    struct side *sides = weigh_sides(parts);
    for (size_t i = 0; i < parts->kept; i++) {
        struct part_node *node = &parts->nodes[parts->order[i]];
        struct side *in = &sides[2 * parts->order[i]], *out = in + 1;
        if (out->any && node->flat > 0)
            add_part(out, node->flat);
        double score = (in->any ? in->entropy : 1) + (out->any ? out->entropy : 1);
        node->score = value_sum(value_clamp((__int128)(score * (double)node->cum)), node->flat);
    }
    free(sides);
}

static void parts_score(struct graph_parts *parts)
{
    if (parts->ordered_by == PARTS_FOR_PICTURES) {
        score_for_pictures(parts);
        return;
    }
    for (size_t i = 0; i < parts->kept; i++) {
        struct part_node *node = &parts->nodes[parts->order[i]];
        node->score = parts->ordered_by == PARTS_BY_CUM ? node->cum : node->flat;
    }
}

static int by_size(int64_t a, int64_t b)
{
    return compare_numbers((uint64_t)llabs(b), (uint64_t)llabs(a));
}

static int by_score(const void *left, const void *right, void *context)
{
    const struct graph_parts *parts = context;
    const struct part_node *a = &parts->nodes[*(const uint32_t *)left];
    const struct part_node *b = &parts->nodes[*(const uint32_t *)right];
    bool flat = parts->ordered_by == PARTS_BY_FLAT;
    int order = by_size(a->score, b->score);
    if (!order)
        order = strcmp(selection_place(parts->selection, a->place)->label,
                       selection_place(parts->selection, b->place)->label);
    if (!order)
        order = flat ? by_size(a->cum, b->cum) : by_size(a->flat, b->flat);
    return order ? order : compare_numbers(a->place, b->place);
}

void parts_sort(struct graph_parts *parts, enum parts_order wanted)
{
    parts->ordered_by = wanted;
    parts_score(parts);
    if (parts->kept > 1)
        qsort_r(parts->order, parts->kept, sizeof(*parts->order), by_score, parts);
}
