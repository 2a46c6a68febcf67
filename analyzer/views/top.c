/* top.c - nodes by value. */
#include "base/numbers.h"
#include "profile/graph.h"
#include "views/values.h"

/* Whether all callers have it inlined, or only some. */
static const char *inline_note(const struct graph_node *node)
{
    bool inlined = false, called = false;
    for (size_t i = 0; i < node->in_count; i++) {
        inlined |= node->in[i]->inlined;
        called |= !node->in[i]->inlined;
    }
    if (!inlined)
        return "";
    return called ? " (partial-inline)" : " (inline)";
}

bool view_top(FILE *to, const struct view *view)
{
    const struct selection *selection = view->selection;
    const char *from = selection->options.type->unit;
    struct graph graph;
    int64_t sum = 0;
    graph_make(&graph, selection, &view->graph);
    const char *unit = value_unit(&graph, selection, view->unit);
    labels_print_graph(to, view, &graph, unit);
    fprintf(to, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    for (size_t i = 0; i < graph.count; i++) {
        const struct graph_node *node = graph.nodes[i];
        sum = value_sum(sum, node->flat);
        fprintf(to, "%10s %s %s %10s %s  %s%s\n", value_text(node->flat, from, unit).s,
                value_percentage(node->flat, selection->total).s,
                value_percentage(sum, selection->total).s, value_text(node->cum, from, unit).s,
                value_percentage(node->cum, selection->total).s, node->place->label,
                inline_note(node));
    }
    graph_free(&graph);
    return true;
}
