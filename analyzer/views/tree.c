/* tree.c - nodes with their callers and callees; those that a symbol names, for peek. */
#include "base/numbers.h"
#include "profile/graph.h"
#include "base/fit.h"
#include "views/values.h"

#include <stdlib.h>
#include <string.h>

#define BAR 58u       /* columns before the bar, as pprof has it */
#define NARROWEST 42u /* what a node's values need of these */
#define BEHIND 4u     /* columns of the bar, and of what is between it and a name */

struct table {
    FILE *to;
    const struct selection *selection;
    const char *from, *unit;
    int64_t sum;      /* of the flat values so far */
    size_t bar, room; /* columns before the bar, and for names behind it */
};

/* On a narrow terminal the bar moves to the left, so that names have room. */
static void lay_out(struct table *table)
{
    size_t limit = terminal_columns(table->to), least = BEHIND + FIT_LEAST;
    table->bar = limit < BAR + least ? limit > NARROWEST + least ? limit - least : NARROWEST : BAR;
    table->room = limit == COLUMNS_ANY ? limit : limit - table->bar - BEHIND;
    if (limit < NARROWEST + least)
        table->room = 0;
}

static void print_separator(const struct table *table)
{
    static const char line[] = "----------------------------------------------------------";
    static const char rest[] = "-------------";
    size_t limit = terminal_columns(table->to), after = strlen(rest);
    if (table->bar + 1 + after > limit)
        after = limit > table->bar + 1 ? limit - table->bar - 1 : 0;
    fprintf(table->to, "%.*s%s%.*s\n", (int)(table->bar < limit ? table->bar : limit), line,
            table->bar < limit ? "+" : "", (int)after, rest);
}

static void print_legend(const struct table *table)
{
    static const char values[] = "      flat  flat%   sum%        cum   cum%";
    if (table->bar == BAR)
        fprintf(table->to, "%s   calls calls%% + context \t \t \n", values);
    else
        fprintf(table->to, "%.*s\n", (int)terminal_columns(table->to), values);
}

/* Behind the values, or below them where that has no room. */
static void print_name(const struct table *table, const char *between, const char *name,
                       const char *mark)
{
    char *fitted =
        fit_call(name, mark, "", table->room ? table->room : terminal_columns(table->to) - BEHIND);
    if (table->room)
        fprintf(table->to, "%s%s\n", between, fitted);
    else
        fprintf(table->to, "\n%*s%s\n", (int)BEHIND, "", fitted);
    free(fitted);
}

static void print_edge(const struct table *table, const struct graph_edge *edge,
                       const struct graph_node *of, const struct graph_node *other)
{
    fprintf(table->to, "%*s %s", (int)(table->room ? table->bar - 8 : NARROWEST - 8 - BEHIND),
            value_text(edge->weight, table->from, table->unit).s,
            value_percentage(edge->weight, of->cum).s);
    print_name(table, " |   ", other->place->label, edge->inlined ? " (inline)" : "");
}

static void print_node(struct table *table, const struct graph_node *node)
{
    int64_t total = table->selection->total;
    print_separator(table);
    for (size_t i = 0; i < node->in_count; i++)
        print_edge(table, node->in[i], node, node->in[i]->from);
    table->sum = value_sum(table->sum, node->flat);
    fprintf(table->to, "%*s %s %s %*s %s%*s", table->room ? 10 : 8,
            value_text(node->flat, table->from, table->unit).s,
            value_percentage(node->flat, total).s, value_percentage(table->sum, total).s,
            table->room ? 10 : 8, value_text(node->cum, table->from, table->unit).s,
            value_percentage(node->cum, total).s, table->room ? (int)(table->bar - NARROWEST) : 0,
            "");
    print_name(table, "| ", node->place->label, "");
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
    lay_out(&table);
    print_separator(&table);
    print_legend(&table);
    for (size_t i = 0; i < graph->count; i++) {
        if (node_is_wanted(view, graph->nodes[i]))
            print_node(&table, graph->nodes[i]);
    }
    if (graph->count > 0)
        print_separator(&table);
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
