/*
 * graph.h - who calls whom, with values, as pprof's graph has it: the model of top, tree, peek,
 * dot and the page.
 */
#ifndef TIMERLEAK_PROFILE_GRAPH_H
#define TIMERLEAK_PROFILE_GRAPH_H

#include "profile/selection.h"

struct graph_node;

struct graph_edge {
    struct graph_node *from, *to; /* caller, callee */
    int64_t weight;
    bool residual; /* leads over nodes that were left out */
    bool inlined;  /* the callee was inlined, always */
};

struct graph_node {
    const struct place *place;     /* place->label is its name */
    int64_t flat;                  /* of samples whose leaf it is */
    int64_t cum;                   /* of samples that it is in, each counted once */
    struct graph_edge **in, **out; /* heaviest first */
    size_t in_count, out_count;
    size_t index; /* in graph->nodes; beyond its end, only edges lead to it */
};

struct graph_options {
    bool cum;            /* sort by cum, not by flat */
    long nodecount;      /* at most so many; 0 or less: all */
    double nodefraction; /* none with a cum below that part of the total */
    double edgefraction; /* no edges below that part of the total */
    bool drop_negative;
    bool visual;    /* for pictures: sorted by what is worth seeing, redundant edges left out */
    bool call_tree; /* a node for each path that leads to it */
};

struct graph {
    struct graph_node **nodes; /* in the order to show them */
    size_t count;
    size_t candidates;                   /* nodes before their number was limited */
    size_t dropped_nodes, dropped_edges; /* below the fractions */
    int64_t accounted;                   /* flat values of all nodes together */
    struct graph_parts *parts;
};

/* The selection outlives the graph. The caller ends with graph_free(). */
void graph_make(struct graph *graph, const struct selection *selection,
                const struct graph_options *options);
void graph_free(struct graph *graph);

#endif
