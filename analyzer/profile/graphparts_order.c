/* graphparts_order.c - which nodes come first, and which edges a picture can do without. */
#include "base/numbers.h"
#include "profile/graphparts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
static struct side *weigh(const struct graph_parts *parts)
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
    struct side *sides = weigh(parts);
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

static void score(struct graph_parts *parts)
{
    if (parts->options->visual) {
        score_for_pictures(parts);
        return;
    }
    for (size_t i = 0; i < parts->kept; i++) {
        struct part_node *node = &parts->nodes[parts->order[i]];
        node->score = parts->options->cum ? node->cum : node->flat;
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
    bool flat = !parts->options->visual && !parts->options->cum;
    int order = by_size(a->score, b->score);
    if (!order)
        order = strcmp(selection_place(parts->selection, a->place)->label,
                       selection_place(parts->selection, b->place)->label);
    if (!order)
        order = flat ? by_size(a->cum, b->cum) : by_size(a->flat, b->flat);
    return order ? order : compare_numbers(a->place, b->place);
}

void parts_sort(struct graph_parts *parts)
{
    score(parts);
    if (parts->kept > 1)
        qsort_r(parts->order, parts->kept, sizeof(*parts->order), by_score, parts);
}

/* ---- redundant edges ---- */

static bool is_met_from(struct graph_node **queue, size_t *end, bool *seen,
                        const struct graph_node *node, const struct graph_edge *edge)
{
    for (size_t i = 0; i < node->in_count; i++) {
        struct graph_node *caller = node->in[i]->from;
        if (node->in[i] == edge || seen[caller->index])
            continue;
        if (caller == edge->from)
            return true;
        seen[caller->index] = true;
        queue[(*end)++] = caller;
    }
    return false;
}

/* Whether its start leads to its end by other edges, too. */
static bool is_redundant(const struct graph *graph, const struct graph_edge *edge)
{
    struct graph_node **queue = memory_new(graph->count, sizeof(struct graph_node *));
    bool *seen = memory_new(graph->count, sizeof(*seen)), found = false;
    size_t end = 1;
    queue[0] = edge->to;
    seen[edge->to->index] = true;
    for (size_t next = 0; next < end && !found; next++)
        found = is_met_from(queue, &end, seen, queue[next], edge);
    free(queue);
    free(seen);
    return found;
}

static void unlink_edge(struct graph_edge **links, size_t *count, const struct graph_edge *edge)
{
    size_t at = 0;
    while (links[at] != edge)
        at++;
    (*count)--;
    memmove(links + at, links + at + 1, (*count - at) * sizeof(*links));
}

void graph_drop_redundant(struct graph *graph)
{
    for (size_t i = graph->count; i > 0; i--) {
        struct graph_node *node = graph->nodes[i - 1];
        for (size_t j = node->in_count; j > 0 && node->in[j - 1]->residual; j--) {
            struct graph_edge *edge = node->in[j - 1];
            if (!is_redundant(graph, edge))
                continue;
            unlink_edge(edge->from->out, &edge->from->out_count, edge);
            unlink_edge(node->in, &node->in_count, edge);
        }
    }
}
