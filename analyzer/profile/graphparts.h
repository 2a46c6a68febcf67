/*
 * graphparts.h - what a graph is made of: nodes and edges by number, before they are put in order.
 */
#ifndef TIMERLEAK_PROFILE_GRAPHPARTS_H
#define TIMERLEAK_PROFILE_GRAPHPARTS_H

#include "profile/selection.h"

struct graph_options;
struct graph_node;
struct graph_edge;

#define NO_NODE UINT32_MAX

/* A node that may become part of the graph. */
struct part_node {
    uint32_t place;
    uint32_t seen; /* the last sample that was counted, plus one */
    bool kept;     /* is shown */
    bool passing;  /* edges lead to it, not over it: it is kept, or was never chosen from */
    bool inlined;  /* of a call tree: into its parent */
    int64_t flat, cum;
    int64_t score;   /* see parts_sort() */
    uint32_t parent; /* of a call tree; NO_NODE: it is a root */
};

struct part_edge {
    uint32_t from, to;
    uint32_t seen; /* the last sample that was counted, plus one */
    bool residual, inlined, dropped;
    int64_t weight;
};

enum parts_order { PARTS_BY_FLAT, PARTS_BY_CUM, PARTS_FOR_PICTURES };

struct graph_parts {
    const struct selection *selection;
    const struct graph_options *options;
    struct part_node *nodes;
    size_t node_count, node_room;
    struct index node_index; /* of a call tree: by parent and place */
    struct part_edge *edges;
    size_t edge_count, edge_room;
    struct index edge_index;
    uint32_t *order; /* kept nodes */
    enum parts_order ordered_by;
    size_t kept;
    /* What the finished graph consists of: */
    struct graph_node *graph_nodes;
    size_t finished;
    struct graph_edge *graph_edges;
    struct graph_edge **links;
};

/* Values of all places, or of all paths: every node that counts is kept. */
void parts_count(struct graph_parts *parts);
void parts_count_tree(struct graph_parts *parts);

/* Builds the edges between nodes that are kept. */
void parts_connect(struct graph_parts *parts);
void parts_connect_tree(struct graph_parts *parts);

/* Drops edges lighter than that; returns how many. */
size_t parts_drop_edges(struct graph_parts *parts, int64_t cutoff);

/* Puts the kept nodes in order. */
void parts_sort(struct graph_parts *parts, enum parts_order wanted);

#endif
