#include "exports/html/data_parts.h"

#include "base/numbers.h"
#include "profile/graphmake.h"

/* As pprof's pictures have them. */
#define NODES_MOST 80
#define NODE_FRACTION 0.005
#define EDGE_FRACTION 0.001

static void add_edges(json_t *json, const struct graph_node *node)
{
    for (size_t i = 0; i < node->out_count; i++) {
        const struct graph_edge *edge = node->out[i];
        json_array_append_new(json_object_get(json, "from"), json_count(edge->from->index));
        json_array_append_new(json_object_get(json, "to"), json_count(edge->to->index));
        json_array_append_new(json_object_get(json, "weight"), json_integer(edge->weight));
        json_array_append_new(json_object_get(json, "residual"), json_integer(edge->residual));
    }
}

static void add_node(json_t *json, struct names *names, const struct graph_node *node)
{
    uint32_t function = stacks_function(names->stacks, node->place->label);
    json_array_append_new(json_object_get(json, "name"), names_number(names, function));
    json_array_append_new(json_object_get(json, "flat"), json_integer(node->flat));
    json_array_append_new(json_object_get(json, "cum"), json_integer(node->cum));
}

static json_t *graph_of(struct names *names, const struct selection *selection)
{
    static const char *const columns[] = {"name", "flat",   "cum",     "from",
                                          "to",   "weight", "residual"};
    const struct graph_options options = {.nodecount = NODES_MOST,
                                          .nodefraction = NODE_FRACTION,
                                          .edgefraction = EDGE_FRACTION,
                                          .visual = true};
    struct graph graph;
    json_t *json = json_object();
    graph_make(&graph, selection, &options);
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
        json_object_set_new(json, columns[i], json_array());
    for (size_t i = 0; i < graph.count; i++) {
        add_node(json, names, graph.nodes[i]);
        add_edges(json, graph.nodes[i]);
    }
    size_t limited = graph.candidates > graph.count ? graph.candidates - graph.count : 0;
    json_object_set_new(json, "omitted", json_count(graph.dropped_nodes + limited));
    graph_free(&graph);
    return json;
}

/* Labels mean nothing to a graph: one sample for each stack is enough. They lie together. */
static void merge_samples(struct selection *selection)
{
    struct selected *samples = selection->samples;
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        if (kept > 0 && selected_site(&samples[kept - 1]) == selected_site(&samples[i]))
            samples[kept - 1].value = value_sum(samples[kept - 1].value, samples[i].value);
        else
            samples[kept++] = samples[i];
    }
    selection->count = kept;
}

/* All samples were chosen before: no expression is left that could be wrong. */
static json_t *graph_for(struct names *names, struct profile *profile, size_t type)
{
    const struct selection_options options = {.type = sample_at(type)};
    struct selection selection;
    char error[ERROR_SIZE];
    json_t *json = NULL;
    if (selection_make(&selection, profile, &options, NULL, error)) {
        merge_samples(&selection);
        json = graph_of(names, &selection);
    }
    selection_free(&selection);
    return json ? json : json_null();
}

json_t *data_graphs(struct names *names, struct profile *profile)
{
    json_t *json = json_array();
    for (size_t type = 0; type < SAMPLE_TYPES; type++) {
        bool empty = names->stacks->totals[type] == 0;
        json_array_append_new(json, empty ? json_null() : graph_for(names, profile, type));
    }
    return json;
}
