#include "profile/graph.h"

#include "base/numbers.h"
#include "profile/graphparts.h"

#include <stdlib.h>
#include <string.h>

static void count_nodes(struct graph_parts *parts)
{
    if (parts->options->call_tree)
        parts_count_tree(parts);
    else
        parts_count(parts);
}

/*
 * pprof does not list nodes that come to nothing, with drop_negative to less, but edges still lead
 * to them, unless it builds the edges anew because it chose among the others.
 */
static void choose_ends(struct graph_parts *parts, bool chosen)
{
    for (size_t i = 0; i < parts->node_count; i++)
        parts->nodes[i].passing = parts->nodes[i].kept || (!chosen && !parts->options->visual);
}

static void graph_connect(struct graph_parts *parts, bool chosen)
{
    choose_ends(parts, chosen);
    if (parts->options->call_tree)
        parts_connect_tree(parts);
    else
        parts_connect(parts);
}

static bool node_counts(const struct part_node *node, bool drop_negative)
{
    if (node->flat == 0 && node->cum == 0)
        return false;
    return !drop_negative || !(node->flat < 0 || (node->flat == 0 && node->cum < 0));
}

static int64_t keep_all(struct graph_parts *parts)
{
    int64_t total = 0;
    for (size_t i = 0; i < parts->node_count; i++) {
        struct part_node *node = &parts->nodes[i];
        node->kept = node_counts(node, parts->options->drop_negative);
        parts->kept += node->kept;
        total = value_sum(total, node->kept ? node->flat : 0);
    }
    return total;
}

/* Returns how many it drops. */
static size_t drop_below(struct graph_parts *parts, int64_t cutoff)
{
    size_t before = parts->kept;
    for (size_t i = 0; i < parts->node_count; i++) {
        struct part_node *node = &parts->nodes[i];
        if (node->kept && llabs(node->cum) < cutoff) {
            node->kept = false;
            parts->kept--;
        }
    }
    return before - parts->kept;
}

static void list_kept(struct graph_parts *parts)
{
    size_t count = 0;
    free(parts->order);
    parts->order = memory_new(parts->kept, sizeof(*parts->order));
    for (size_t i = 0; i < parts->node_count; i++) {
        if (parts->nodes[i].kept)
            parts->order[count++] = (uint32_t)i;
    }
}

/* What is left when the nodes are limited to `most`: the first ones. False if all are. */
static bool limit_nodes(struct graph_parts *parts, size_t most)
{
    if (parts->kept <= most)
        return false;
    for (size_t i = most; i < parts->kept; i++)
        parts->nodes[parts->order[i]].kept = false;
    parts->kept = most;
    return true;
}

/*
 * A picture's order depends on edges, and those on what is kept: both are worked out anew when
 * nodes go.
 */
static void choose_nodes(struct graph *graph, struct graph_parts *parts, int64_t edge_cutoff)
{
    const struct graph_options *options = parts->options;
    bool visual = options->visual, limited = false;
    enum parts_order order = visual         ? PARTS_FOR_PICTURES
                             : options->cum ? PARTS_BY_CUM
                                            : PARTS_BY_FLAT;
    if (visual)
        graph_connect(parts, true);
    list_kept(parts);
    parts_sort(parts, order);
    if (options->nodecount > 0)
        limited = limit_nodes(parts, (size_t)options->nodecount);
    if (!visual || limited)
        graph_connect(parts, limited || graph->dropped_nodes > 0);
    if (visual && limited)
        parts_sort(parts, order);
    graph->dropped_edges = parts_drop_edges(parts, edge_cutoff);
}

/* ---- the finished graph ---- */

static void finish_node(const struct graph_parts *parts, struct part_node *part, size_t index)
{
    struct graph_node *node = &parts->graph_nodes[index];
    node->place = selection_place(parts->selection, part->place);
    node->flat = part->flat;
    node->cum = part->cum;
    node->index = index;
    part->seen = (uint32_t)index;
}

/* Those that are shown first, then those that only edges lead to. */
static void finish_nodes(struct graph *graph, struct graph_parts *parts)
{
    size_t others = parts->kept;
    graph->count = parts->kept;
    graph->nodes = memory_new(parts->kept, sizeof(struct graph_node *));
    parts->graph_nodes = memory_new(parts->node_count, sizeof(*parts->graph_nodes));
    for (size_t i = 0; i < parts->kept; i++) {
        struct part_node *part = &parts->nodes[parts->order[i]];
        finish_node(parts, part, i);
        graph->nodes[i] = &parts->graph_nodes[i];
        graph->accounted = value_sum(graph->accounted, part->flat);
    }
    for (size_t i = 0; i < parts->node_count; i++) {
        if (parts->nodes[i].passing && !parts->nodes[i].kept)
            finish_node(parts, &parts->nodes[i], others++);
    }
    parts->finished = others;
}

/* part_node.seen has become the index in the graph. */
static struct graph_node *finished_node(const struct graph_parts *parts, uint32_t number)
{
    return &parts->graph_nodes[parts->nodes[number].seen];
}

static size_t finish_edges(struct graph_parts *parts)
{
    size_t count = 0;
    parts->graph_edges = memory_new(parts->edge_count, sizeof(*parts->graph_edges));
    for (size_t i = 0; i < parts->edge_count; i++) {
        const struct part_edge *part = &parts->edges[i];
        if (part->dropped)
            continue;
        struct graph_edge *edge = &parts->graph_edges[count++];
        *edge =
            (struct graph_edge){finished_node(parts, part->from), finished_node(parts, part->to),
                                part->weight, part->residual, part->inlined};
        edge->from->out_count++;
        edge->to->in_count++;
    }
    return count;
}

static int by_weight(const void *left, const void *right)
{
    const struct graph_edge *a = *(struct graph_edge *const *)left;
    const struct graph_edge *b = *(struct graph_edge *const *)right;
    int64_t x = llabs(a->weight), y = llabs(b->weight);
    if (x != y)
        return x < y ? 1 : -1;
    int order = strcmp(a->from->place->label, b->from->place->label);
    return order ? order : strcmp(a->to->place->label, b->to->place->label);
}

static void sort_links(struct graph_edge **links, size_t count)
{
    if (count > 1)
        qsort(links, count, sizeof(*links), by_weight);
}

static void link_edges(struct graph_parts *parts, size_t count)
{
    struct graph_edge **next = parts->links = memory_new(2 * count, sizeof(*parts->links));
    for (size_t i = 0; i < parts->finished; i++) {
        struct graph_node *node = &parts->graph_nodes[i];
        node->in = next;
        node->out = next += node->in_count;
        next += node->out_count;
        node->in_count = node->out_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct graph_edge *edge = &parts->graph_edges[i];
        edge->from->out[edge->from->out_count++] = edge;
        edge->to->in[edge->to->in_count++] = edge;
    }
    for (size_t i = 0; i < parts->finished; i++) {
        sort_links(parts->graph_nodes[i].in, parts->graph_nodes[i].in_count);
        sort_links(parts->graph_nodes[i].out, parts->graph_nodes[i].out_count);
    }
}

/* ---- edges that a picture can do without ---- */

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

/* Drops residual edges whose ends are connected otherwise. */
static void graph_drop_redundant(struct graph *graph)
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

void graph_make(struct graph *graph, const struct selection *selection,
                const struct graph_options *options)
{
    struct graph_parts *parts = memory_new(1, sizeof(*parts));
    *graph = (struct graph){.parts = parts};
    parts->selection = selection;
    parts->options = options;
    count_nodes(parts);
    int64_t total = keep_all(parts);
    int64_t node_cutoff = llabs((int64_t)((double)total * options->nodefraction));
    int64_t edge_cutoff = llabs((int64_t)((double)total * options->edgefraction));
    graph->dropped_nodes = drop_below(parts, node_cutoff);
    graph->candidates = parts->kept;
    choose_nodes(graph, parts, edge_cutoff);
    finish_nodes(graph, parts);
    link_edges(parts, finish_edges(parts));
    if (options->visual)
        graph_drop_redundant(graph);
}

void graph_free(struct graph *graph)
{
    struct graph_parts *parts = graph->parts;
    index_free(&parts->node_index);
    index_free(&parts->edge_index);
    free(parts->nodes);
    free(parts->edges);
    free(parts->order);
    free(parts->graph_nodes);
    free(parts->graph_edges);
    free(parts->links);
    free(parts);
    free(graph->nodes);
}
