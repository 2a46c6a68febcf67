/* list.c - the source of functions, with values at each line. */
#include "base/numbers.h"
#include "profile/graph.h"
#include "symbols/symbols.h"
#include "views/coverage.h"
#include "views/source.h"
#include "views/values.h"
#include "views/views.h"

#include <stdlib.h>
#include <string.h>

/* Lines shown before the first and after the last that has a value. */
#define MARGIN 5

struct listing {
    FILE *to;
    const struct view *view;
    struct graph_node **nodes; /* that match, by function, file and line */
    size_t count;
};

static const char *node_file(const struct graph_node *node)
{
    return node->place->file ? node->place->file : "";
}

static int by_function_and_line(const void *left, const void *right)
{
    const struct graph_node *a = *(struct graph_node *const *)left;
    const struct graph_node *b = *(struct graph_node *const *)right;
    int order = strcmp(a->place->name, b->place->name);
    order = order ? order : strcmp(node_file(a), node_file(b));
    return order ? order : (a->place->line > b->place->line) - (a->place->line < b->place->line);
}

static struct text value_or_dot(const struct listing *listing, int64_t value)
{
    if (value == 0)
        return (struct text){"."};
    return value_text(value, listing->view->selection->options.type->unit, listing->view->unit);
}

struct sums {
    int64_t flat, cum;
};

static struct sums sum_nodes(struct graph_node *const *nodes, size_t count)
{
    struct sums sums = {0, 0};
    for (size_t i = 0; i < count; i++) {
        sums.flat = value_sum(sums.flat, nodes[i]->flat);
        sums.cum = value_sum(sums.cum, nodes[i]->cum);
    }
    return sums;
}

static void print_lines(const struct listing *listing, const struct source *source,
                        struct graph_node *const *nodes, size_t count)
{
    long first = nodes[0]->place->line - MARGIN, last = nodes[count - 1]->place->line + MARGIN;
    size_t next = 0;
    for (long number = first < 1 ? 1 : first; number <= last; number++) {
        const char *line = source_line(source, number);
        size_t begin = next;
        if (!line && !source->kept)
            break;
        while (next < count && nodes[next]->place->line == number)
            next++;
        struct sums sums = sum_nodes(nodes + begin, next - begin);
        if (!line) /* the archive does not hold it */
            continue;
        fprintf(listing->to, "%10s %10s %6ld:%s\n", value_or_dot(listing, sums.flat).s,
                value_or_dot(listing, sums.cum).s, number, line);
    }
}

static void print_file(const struct listing *listing, struct graph_node *const *nodes, size_t count)
{
    const struct selection *selection = listing->view->selection;
    const char *from = selection->options.type->unit, *unit = listing->view->unit;
    const struct place *place = nodes[0]->place;
    char error[ERROR_SIZE];
    struct sums sums = sum_nodes(nodes, count);
    const struct source_paths paths = {listing->view->source_path, listing->view->trim_path,
                                       symbols_portable(selection->profile->symbols)};
    struct source *source = source_read(place->file, place->directory, &paths, error);
    fprintf(listing->to, "ROUTINE ======================== %s in %s\n", place->shown, place->file);
    fprintf(listing->to, "%10s %10s (flat, cum) %s of Total\n", value_text(sums.flat, from, unit).s,
            value_text(sums.cum, from, unit).s, value_percentage(sums.cum, selection->total).s);
    if (!source) {
        fprintf(listing->to, " Error: %s\n", error);
        return;
    }
    if (source->differs)
        fprintf(listing->to, " Note: as it was when it was merged; the file here differs\n");
    /* Nodes without a line come first; they are in the sums alone. */
    while (count > 0 && nodes[0]->place->line == 0) {
        nodes++;
        count--;
    }
    if (count > 0)
        print_lines(listing, source, nodes, count);
    source_free(source);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* How many nodes from here on are of the same function and, if asked, of the same file. */
static size_t run_length(const struct listing *listing, size_t first, bool same_file)
{
    const struct place *place = listing->nodes[first]->place;
    size_t end = first;
    while (end < listing->count && same_text(listing->nodes[end]->place->name, place->name) &&
           (!same_file || same_text(listing->nodes[end]->place->file, place->file)))
        end++;
    return end - first;
}

static void print_function(const struct listing *listing, size_t first, size_t count)
{
    const char *name = listing->nodes[first]->place->shown;
    bool found = false;
    for (size_t i = first, length; i < first + count; i += length) {
        length = run_length(listing, i, true);
        if (!listing->nodes[i]->place->file)
            continue;
        print_file(listing, &listing->nodes[i], length);
        found = true;
    }
    if (!found)
        fprintf(listing->to, "No source information for %s\n", name);
}

static void choose_matching(struct listing *listing, const struct graph *graph)
{
    listing->nodes = memory_new(graph->count, sizeof(struct graph_node *));
    for (size_t i = 0; i < graph->count; i++) {
        const struct place *place = graph->nodes[i]->place;
        if (pattern_matches(listing->view->symbol, place->name) ||
            pattern_matches(listing->view->symbol, place->shown))
            listing->nodes[listing->count++] = graph->nodes[i];
    }
    if (listing->count > 0)
        qsort(listing->nodes, listing->count, sizeof(struct graph_node *), by_function_and_line);
}

bool view_list(FILE *to, const struct view *view)
{
    struct listing listing = {.to = to, .view = view};
    struct graph graph;
    graph_make(&graph, view->selection, &view->graph);
    choose_matching(&listing, &graph);
    if (listing.count > 0) {
        coverage_print(to, view->selection->profile);
        fprintf(
            to, "Total: %s\n",
            value_text(view->selection->total, view->selection->options.type->unit, view->unit).s);
    }
    for (size_t i = 0, length; i < listing.count; i += length) {
        length = run_length(&listing, i, false);
        print_function(&listing, i, length);
    }
    free(listing.nodes);
    graph_free(&graph);
    return listing.count > 0;
}
