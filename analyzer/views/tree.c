/* tree.c - nodes with their callers and callees; those that a symbol names, for peek. */
#include "base/numbers.h"
#include "profile/graph.h"
#include "views/values.h"

static const char separator[] =
    "----------------------------------------------------------+-------------";
static const char legend[] =
    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t ";

struct table {
    FILE *to;
    const struct selection *selection;
    const char *from, *unit;
    int64_t sum; /* of the flat values so far */
};

static void print_edge(const struct table *table, const struct graph_edge *edge,
                       const struct graph_node *of, const struct graph_node *other)
{
    fprintf(table->to, "%50s %s |   %s%s\n", value_text(edge->weight, table->from, table->unit).s,
            value_percentage(edge->weight, of->cum).s, other->place->label,
            edge->inlined ? " (inline)" : "");
}

static void print_node(struct table *table, const struct graph_node *node)
{
    int64_t total = table->selection->total;
    fprintf(table->to, "%s\n", separator);
    for (size_t i = 0; i < node->in_count; i++)
        print_edge(table, node->in[i], node, node->in[i]->from);
    table->sum = value_sum(table->sum, node->flat);
    fprintf(table->to, "%10s %s %s %10s %s                | %s\n",
            value_text(node->flat, table->from, table->unit).s,
            value_percentage(node->flat, total).s, value_percentage(table->sum, total).s,
            value_text(node->cum, table->from, table->unit).s, value_percentage(node->cum, total).s,
            node->place->label);
    for (size_t i = 0; i < node->out_count; i++)
        print_edge(table, node->out[i], node, node->out[i]->to);
}

static bool node_is_wanted(const struct view *view, const struct graph_node *node)
{
    return !view->symbol || pattern_matches(view->symbol, node->place->whole) ||
           pattern_matches(view->symbol, node->place->label);
}

static bool is_found(const struct view *view, const struct graph *graph)
{
    bool found = !view->symbol;
    for (size_t i = 0; i < graph->count && !found; i++)
        found = node_is_wanted(view, graph->nodes[i]);
    return found;
}

static void print_nodes(FILE *to, const struct view *view, const struct graph *graph)
{
    struct table table = {.to = to,
                          .selection = view->selection,
                          .from = view->selection->options.type->unit,
                          .unit = value_unit(graph, view->selection, view->unit)};
    labels_print_graph(to, view, graph, table.unit);
    fprintf(to, "%s\n%s\n", separator, legend);
    for (size_t i = 0; i < graph->count; i++) {
        if (node_is_wanted(view, graph->nodes[i]))
            print_node(&table, graph->nodes[i]);
    }
    if (graph->count > 0)
        fprintf(to, "%s\n", separator);
}

bool view_tree(FILE *to, const struct view *view)
{
    struct graph graph;
    graph_make(&graph, view->selection, &view->graph);
    bool found = is_found(view, &graph);
    if (found)
        print_nodes(to, view, &graph);
    graph_free(&graph);
    return found;
}
