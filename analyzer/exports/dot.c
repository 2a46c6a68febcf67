/* dot.c - the graph for Graphviz. */
#include "base/feed.h"
#include "base/memory.h"
#include "exports/exports.h"
#include "profile/graph.h"
#include "views/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_FONT 8
#define FONT_GROWTH 16
#define THICKEST 5
#define HEAVIEST 100

struct picture {
    FILE *to;
    const struct view *view;
    struct graph graph;
    const char *from, *unit; /* of values */
    int64_t largest;         /* flat value of a node */
};

/* In a string between quotes; a newline ends a line that stands on the left. */
static void dot_write_text(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\l", to);
        else if (*text == '"' || *text == '\\')
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

/* What pprof's views say above their tables. */
static void write_legend(const struct picture *picture)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    labels_print_graph(to, picture->view, &picture->graph, picture->unit);
    fclose(to);
    fprintf(picture->to, "subgraph cluster_L { \"legend\" [shape=box fontsize=16 label=\"");
    dot_write_text(picture->to, text);
    fprintf(picture->to, "\"] }\n");
    free(text);
}

static struct text dot_value(const struct picture *picture, int64_t number)
{
    return value_text(number, picture->from, picture->unit);
}

static struct text dot_percentage(const struct picture *picture, int64_t number)
{
    struct text padded = value_percentage(number, picture->view->selection->total), text;
    snprintf(text.s, sizeof(text.s), "%s", padded.s + strspn(padded.s, " "));
    return text;
}

/* From -1 to 1: how much of the total it is. */
static double dot_share(const struct picture *picture, int64_t number)
{
    double total = (double)picture->view->selection->total;
    double part = total > 0 ? (double)number / total : 0;
    return fmax(-1, fmin(1, part));
}

/* Grey for nothing; red for more, green for less than in the base. Few colours for small shares. */
static struct text dot_colour(double part, int bright, int dark)
{
    struct text text;
    int faded = bright - (int)lround((bright - dark) * sqrt(fabs(part)));
    snprintf(text.s, sizeof(text.s), "#%02x%02x%02x", part < 0 ? faded : bright,
             part > 0 ? faded : bright, faded);
    return text;
}

static int font_size(const struct picture *picture, const struct graph_node *node)
{
    if (picture->largest == 0)
        return SMALLEST_FONT;
    double part = fabs((double)node->flat) / (double)picture->largest;
    return SMALLEST_FONT + (int)ceil(FONT_GROWTH * sqrt(part));
}

static void write_node(const struct picture *picture, const struct graph_node *node)
{
    double part = dot_share(picture, node->cum);
    fprintf(picture->to, "N%zu [label=\"", node->index + 1);
    dot_write_text(picture->to, node->place->label);
    fprintf(picture->to, "\\n%s", dot_value(picture, node->flat).s);
    if (node->flat != 0)
        fprintf(picture->to, " (%s)", dot_percentage(picture, node->flat).s);
    if (node->cum != node->flat)
        fprintf(picture->to, "%sof %s (%s)", node->flat != 0 ? "\\n" : " ",
                dot_value(picture, node->cum).s, dot_percentage(picture, node->cum).s);
    fprintf(picture->to,
            "\" id=\"node%zu\" fontsize=%d shape=box color=\"%s\" fillcolor=\"%s\" tooltip=\"",
            node->index + 1, font_size(picture, node), dot_colour(part, 0xb2, 0x00).s,
            dot_colour(part, 0xed, 0xd5).s);
    dot_write_text(picture->to, node->place->whole);
    fprintf(picture->to, " (%s)\"]\n", dot_value(picture, node->cum).s);
}

static void write_edge(const struct picture *picture, const struct graph_edge *edge)
{
    double part = dot_share(picture, edge->weight);
    fprintf(picture->to, "N%zu -> N%zu [label=\" %s%s\" weight=%d penwidth=%d color=\"%s\"",
            edge->from->index + 1, edge->to->index + 1, dot_value(picture, edge->weight).s,
            edge->inlined ? "\\n (inline)" : "", 1 + (int)(fabs(part) * HEAVIEST),
            1 + (int)(fabs(part) * THICKEST), dot_colour(part, 0xb2, 0x00).s);
    fprintf(picture->to, " tooltip=\"");
    dot_write_text(picture->to, edge->from->place->whole);
    fprintf(picture->to, " -> ");
    dot_write_text(picture->to, edge->to->place->whole);
    fprintf(picture->to, "\"%s]\n", edge->residual ? " style=\"dotted\"" : "");
}

static void find_largest(struct picture *picture)
{
    for (size_t i = 0; i < picture->graph.count; i++) {
        int64_t flat = llabs(picture->graph.nodes[i]->flat);
        if (flat > picture->largest)
            picture->largest = flat;
    }
}

void dot_write(FILE *to, const struct view *view)
{
    struct picture picture = {.to = to, .view = view, .from = view->selection->options.type->unit};
    graph_make(&picture.graph, view->selection, &view->graph);
    picture.unit = value_unit(&picture.graph, view->selection, view->unit);
    find_largest(&picture);
    fprintf(to, "digraph \"");
    dot_write_text(to, view->selection->profile->processes[0]->file);
    fprintf(to, "\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n");
    write_legend(&picture);
    for (size_t i = 0; i < picture.graph.count; i++)
        write_node(&picture, picture.graph.nodes[i]);
    for (size_t i = 0; i < picture.graph.count; i++) {
        const struct graph_node *node = picture.graph.nodes[i];
        for (size_t j = 0; j < node->out_count; j++)
            write_edge(&picture, node->out[j]);
    }
    fprintf(to, "}\n");
    graph_free(&picture.graph);
}

bool svg_write(FILE *to, const struct view *view)
{
    const char *const argv[] = {"dot", "-Tsvg", NULL};
    char *text;
    size_t size;
    FILE *graph = memory_stream(&text, &size);
    dot_write(graph, view);
    fclose(graph);
    bool drawn = fflush(to) == 0 && feed(argv, text, size, fileno(to)) == 0;
    free(text);
    return drawn;
}
