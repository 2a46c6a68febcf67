/*
 * graphmake.h - from the samples of a selection to a graph: what counts is kept, connected and put
 * in order.
 */
#ifndef TIMERLEAK_PROFILE_GRAPHMAKE_H
#define TIMERLEAK_PROFILE_GRAPHMAKE_H

#include "profile/graph.h"

/* The selection outlives the graph. The caller ends with graph_free(). */
void graph_make(struct graph *graph, const struct selection *selection,
                const struct graph_options *options);
void graph_free(struct graph *graph);

#endif
