/* top.c - nodes by value. */
#include "base/numbers.h"
#include "profile/graph.h"
#include "views/table.h"
#include "views/values.h"

#include <stdlib.h>

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

static void lay_out(struct table *table, FILE *to)
{
    table_begin(table, to);
    table_add(table, (struct column){"flat", 10, RIGHT, 0});
    table_add(table, (struct column){"flat%", 6, RIGHT, 1});
    table_add(table, (struct column){"sum%", 6, RIGHT, 1});
    table_add(table, (struct column){"cum", 10, RIGHT, 1});
    table_add(table, (struct column){"cum%", 6, RIGHT, 1});
    table_add(table, (struct column){"", 0, LEFT, 2});
    table_lay_out(table);
}

bool view_top(FILE *to, const struct view *view)
{
    const struct selection *selection = view->selection;
    const char *from = selection->options.type->unit;
    struct graph graph;
    struct table table;
    int64_t sum = 0;
    graph_make(&graph, selection, &view->graph);
    const char *unit = value_unit(&graph, selection, view->unit);
    labels_print_graph(to, view, &graph, unit);
    lay_out(&table, to);
    table_print_head(&table);
    for (size_t i = 0; i < graph.count; i++) {
        const struct graph_node *node = graph.nodes[i];
        sum = value_sum(sum, node->flat);
        const struct text flat = value_text(node->flat, from, unit),
                          part = value_percentage(node->flat, selection->total),
                          sum_part = value_percentage(sum, selection->total),
                          cum = value_text(node->cum, from, unit),
                          cum_part = value_percentage(node->cum, selection->total);
        char *label = fit_call(node->place->label, inline_note(node), "", table_room(&table));
        const char *const cells[] = {flat.s, part.s, sum_part.s, cum.s, cum_part.s, label};
        table_print_row(&table, cells);
        free(label);
    }
    graph_free(&graph);
    return true;
}
