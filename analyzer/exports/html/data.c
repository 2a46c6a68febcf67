/* data.c - what the page's script works with. */
#include "base/memory.h"
#include "base/numbers.h"
#include "exports/exports.h"
#include "exports/html/page.h"
#include "exports/html/stacks.h"
#include "exports/html/timers.h"
#include "profile/graph.h"
#include "profile/history.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

/* ---- names by number ---- */

#define UNNAMED UINT32_MAX

/*
 * Functions by number. They get their numbers when they are first used: most functions of a large
 * profile never are.
 */
struct names {
    struct stacks *stacks;
    uint32_t *numbers; /* by function */
    json_t *names, *wholes, *places, *modules;
};

static void names_begin(struct names *names, struct stacks *stacks)
{
    *names = (struct names){.stacks = stacks,
                            .names = json_array(),
                            .wholes = json_array(),
                            .places = json_array(),
                            .modules = json_array()};
    names->numbers = memory_new(stacks->function_count, sizeof(*names->numbers));
    for (size_t i = 0; i < stacks->function_count; i++)
        names->numbers[i] = UNNAMED;
}

static void names_end(struct names *names)
{
    json_decref(names->names);
    json_decref(names->wholes);
    json_decref(names->places);
    json_decref(names->modules);
    free(names->numbers);
}

static json_t *names_number(struct names *names, uint32_t function)
{
    uint32_t *number = &names->numbers[function];
    if (*number == UNNAMED) {
        const struct function *named = &names->stacks->functions[function];
        *number = (uint32_t)json_array_size(names->names);
        bool same = strcmp(named->name, named->whole) == 0;
        json_array_append_new(names->names, json_string(named->name));
        json_array_append_new(names->wholes, json_string(same ? "" : named->whole));
        json_array_append_new(names->places, json_string(named->place));
        json_array_append_new(names->modules, json_integer(named->module));
    }
    return json_integer(*number);
}

/* ---- the tree ---- */

static json_t *node_column(const struct tree *tree, const struct stacks *stacks, size_t value)
{
    json_t *column = json_array();
    for (size_t i = 0; stacks->totals[value] > 0 && i < tree->count; i++)
        json_array_append_new(column, json_count(tree->nodes[i].values[value]));
    return column;
}

static json_t *node_name(struct names *names, const struct tree_node *node)
{
    return node->function == TREE_OTHER ? json_integer(-1) : names_number(names, node->function);
}

static json_t *node_columns(const struct tree *tree, const struct stacks *stacks, size_t first,
                            size_t count)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(columns, node_column(tree, stacks, first + i));
    return columns;
}

static json_t *data_tree(struct names *names)
{
    struct tree tree;
    json_t *json = json_object(), *parents = json_array(), *functions = json_array();
    tree_make(&tree, names->stacks);
    for (size_t i = 0; i < tree.count; i++) {
        json_array_append_new(parents, json_integer(tree.nodes[i].parent));
        json_array_append_new(functions, node_name(names, &tree.nodes[i]));
    }
    json_object_set_new(json, "cut", json_real(tree.cut));
    json_object_set_new(json, "parent", parents);
    json_object_set_new(json, "name", functions);
    json_object_set_new(json, "verdicts",
                        node_columns(&tree, names->stacks, STACK_LIVE_OF(0), VERDICTS));
    json_object_set_new(json, "values", node_columns(&tree, names->stacks, 0, SAMPLE_TYPES));
    json_object_set_new(json, "base",
                        node_columns(&tree, names->stacks, STACK_BASE(0), SAMPLE_TYPES));
    tree_free(&tree);
    return json;
}

/* ---- functions ---- */

#define FUNCTIONS_MOST 200 /* of each sample type, by flat and by cum */

static bool is_used(const struct stacks *stacks, size_t type)
{
    return stacks->totals[type] > 0 || stacks->totals[STACK_BASE(type)] > 0;
}

/* One ranking: the most important functions of one type come first; of a comparison, those that
 * changed most. */
struct ranking {
    const struct stacks *stacks;
    size_t type;
    bool cum;
};

static uint64_t rank_of(const struct ranking *ranking, uint32_t function)
{
    const struct function *ranked = &ranking->stacks->functions[function];
    const uint64_t *values = ranking->cum ? ranked->cum : ranked->flat;
    uint64_t now = values[ranking->type], before = values[STACK_BASE(ranking->type)];
    return now > before ? now - before : before - now;
}

static int by_rank(const void *left, const void *right, void *ranking)
{
    const uint32_t *a = left, *b = right;
    int order = compare_numbers(rank_of(ranking, *b), rank_of(ranking, *a));
    return order ? order : compare_numbers(*a, *b);
}

static void choose_first(const struct ranking *ranking, uint32_t *order, bool *chosen)
{
    size_t count = ranking->stacks->function_count;
    qsort_r(order, count, sizeof(*order), by_rank, (void *)(uintptr_t)ranking);
    for (size_t i = 0; i < count && i < FUNCTIONS_MOST && rank_of(ranking, order[i]) > 0; i++)
        chosen[order[i]] = true;
}

/* Those that matter in any type, which the caller frees. */
static bool *choose_functions(const struct stacks *stacks)
{
    bool *chosen = memory_new(stacks->function_count, sizeof(*chosen));
    uint32_t *order = memory_new(stacks->function_count, sizeof(*order));
    for (uint32_t i = 0; i < stacks->function_count; i++)
        order[i] = i;
    for (size_t type = 0; type < SAMPLE_TYPES; type++) {
        if (!is_used(stacks, type))
            continue;
        choose_first(&(struct ranking){stacks, type, false}, order, chosen);
        choose_first(&(struct ranking){stacks, type, true}, order, chosen);
    }
    free(order);
    return chosen;
}

static json_t *function_column(const struct stacks *stacks, const bool *chosen, size_t value,
                               bool cum)
{
    json_t *column = json_array();
    for (uint32_t i = 0; stacks->totals[value] > 0 && i < stacks->function_count; i++) {
        const struct function *function = &stacks->functions[i];
        if (chosen[i])
            json_array_append_new(column,
                                  json_count(cum ? function->cum[value] : function->flat[value]));
    }
    return column;
}

/* By type, from the first on. */
static json_t *function_columns(const struct stacks *stacks, const bool *chosen, size_t first,
                                bool cum)
{
    json_t *columns = json_array();
    for (size_t type = 0; type < SAMPLE_TYPES; type++)
        json_array_append_new(columns, function_column(stacks, chosen, first + type, cum));
    return columns;
}

static json_t *data_functions(struct names *names)
{
    const struct stacks *stacks = names->stacks;
    bool *chosen = choose_functions(stacks);
    json_t *json = json_object(), *functions = json_array();
    for (uint32_t i = 0; i < stacks->function_count; i++) {
        if (chosen[i])
            json_array_append_new(functions, names_number(names, i));
    }
    size_t omitted = stacks->function_count - json_array_size(functions);
    json_object_set_new(json, "name", functions);
    json_object_set_new(json, "flat", function_columns(stacks, chosen, 0, false));
    json_object_set_new(json, "cum", function_columns(stacks, chosen, 0, true));
    json_object_set_new(json, "base_flat", function_columns(stacks, chosen, STACK_BASE(0), false));
    json_object_set_new(json, "base_cum", function_columns(stacks, chosen, STACK_BASE(0), true));
    json_object_set_new(json, "omitted", json_count(omitted));
    free(chosen);
    return json;
}

/* ---- graphs ---- */

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

static void add_graph_node(json_t *json, struct names *names, const struct graph_node *node)
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
        add_graph_node(json, names, graph.nodes[i]);
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
        if (kept > 0 && selected_trace(&samples[kept - 1]) == selected_trace(&samples[i]))
            samples[kept - 1].value = value_sum(samples[kept - 1].value, samples[i].value);
        else
            samples[kept++] = samples[i];
    }
    selection->count = kept;
}

/* What the values of a type add up to, and what percentages are of. */
static json_t *type_of(const struct stacks *stacks, size_t type, uint64_t total)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(sample_at(type)->name));
    json_object_set_new(json, "unit", json_string(sample_at(type)->unit));
    json_object_set_new(json, "sum", json_count(stacks->totals[type]));
    json_object_set_new(json, "base", json_count(stacks->totals[STACK_BASE(type)]));
    json_object_set_new(json, "total", json_count(total));
    return json;
}

/* All samples were chosen before: no expression is left that could be wrong. */
static void add_type(json_t *types, json_t *graphs, struct names *names, struct profile *profile,
                     const struct selection_options *options)
{
    size_t type = options->type->id;
    struct selection selection;
    char error[ERROR_SIZE];
    json_t *graph = NULL;
    int64_t total = 0;
    if (is_used(names->stacks, type) && selection_make(&selection, profile, options, NULL, error)) {
        total = selection.total;
        merge_samples(&selection);
        graph = graph_of(names, &selection);
        selection_free(&selection);
    }
    json_array_append_new(types, type_of(names->stacks, type, (uint64_t)total));
    json_array_append_new(graphs, graph ? graph : json_null());
}

/* ---- histories ---- */

#define HISTORIES_MOST 60
#define HISTORY_POINTS 64

static json_t *series_as_json(const struct history_point *points)
{
    json_t *json = json_object(), *low = json_array(), *high = json_array();
    for (size_t i = 0; i < HISTORY_POINTS; i++) {
        json_array_append_new(low, json_count(points[i].low));
        json_array_append_new(high, json_count(points[i].high));
    }
    json_object_set_new(json, "low", low);
    json_object_set_new(json, "high", high);
    return json;
}

static json_t *all_histories(struct profile *profile)
{
    struct history_point points[HISTORY_POINTS], sums[HISTORY_POINTS] = {{0}};
    for (size_t i = 0; i < profile->site_count; i++) {
        history_of(profile, profile->sites[i], HISTORY_POINTS, points);
        for (size_t j = 0; j < HISTORY_POINTS; j++) {
            sums[j].low += points[j].low;
            sums[j].high += points[j].high;
        }
    }
    json_t *json = series_as_json(sums);
    json_object_set_new(json, "live", json_count(profile->totals.live));
    return json;
}

static json_t *site_history(struct profile *profile, struct site *site)
{
    struct history_point points[HISTORY_POINTS];
    const struct stack_frame *frame = stack_headline(profile, site);
    history_of(profile, site, HISTORY_POINTS, points);
    json_t *json = series_as_json(points);
    json_object_set_new(json, "id", json_string(site->id));
    const char *shown = frame_shown(frame), *whole = frame_whole(frame);
    json_object_set_new(json, "name", json_string(shown));
    if (strcmp(shown, whole) != 0)
        json_object_set_new(json, "whole", json_string(whole));
    if (frame->short_file && frame->line > 0)
        json_object_set_new(json, "place", json_sprintf("%s:%d", frame->short_file, frame->line));
    json_object_set_new(json, "family", json_string(family_name(site->family)));
    json_object_set_new(json, "verdict", json_string(verdict_name(site->finding.verdict)));
    json_object_set_new(json, "live", json_count(site->counts.live));
    return json;
}

/* Of a base there are none: *count is how many sites it is not alone with. */
static json_t *data_histories(struct profile *profile, size_t *count)
{
    json_t *json = json_array();
    json_array_append_new(json, all_histories(profile));
    *count = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        if (!html_base_alone(profile, profile->sites[i]) && (*count)++ < HISTORIES_MOST)
            json_array_append_new(json, site_history(profile, profile->sites[i]));
    }
    return json;
}

/* ---- all together ---- */

static json_t *module_names(const struct profile *profile)
{
    json_t *names = json_array();
    for (size_t i = 0; i < profile->module_count; i++)
        json_array_append_new(names, json_string(i > 0 ? profile->modules[i]->name : ""));
    return names;
}

/* What is compared, and how percentages are meant. */
static json_t *data_comparison(const struct html_options *options)
{
    return options->base ? json_pack("{sb}", "subtract", (int)options->subtract) : json_null();
}

static bool is_running(const struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        if (profile->processes[i]->alive && !profile->processes[i]->base)
            return true;
    }
    return false;
}

static json_t *data_of(struct profile *profile, const struct selection *selection,
                       const struct html_options *options)
{
    struct stacks stacks;
    struct names names;
    size_t sites;
    json_t *json = json_object(), *types = json_array(), *graphs = json_array();
    stacks_make(&stacks, selection);
    names_begin(&names, &stacks);
    for (size_t i = 0; i < SAMPLE_TYPES; i++)
        add_type(types, graphs, &names, profile,
                 &(struct selection_options){.type = sample_at(i), .subtract = options->subtract});
    json_object_set_new(json, "duration", json_count(history_duration(profile)));
    json_object_set_new(json, "running", json_boolean(is_running(profile)));
    json_object_set_new(json, "comparison", data_comparison(options));
    json_object_set_new(json, "types", types);
    json_object_set_new(json, "tree", data_tree(&names));
    json_object_set_new(json, "timers", html_timers(profile, &stacks));
    json_object_set_new(json, "functions", data_functions(&names));
    json_object_set_new(json, "graphs", graphs);
    json_object_set_new(json, "histories", data_histories(profile, &sites));
    json_object_set_new(json, "sites", json_count(sites));
    json_object_set(json, "names", names.names);
    json_object_set(json, "wholes", names.wholes);
    json_object_set(json, "places", names.places);
    json_object_set(json, "module", names.modules);
    json_object_set_new(json, "modules", module_names(profile));
    names_end(&names);
    stacks_free(&stacks);
    return json;
}

/* All samples: there is no expression that could be wrong. */
json_t *html_data(struct profile *profile, const struct html_options *options)
{
    const struct selection_options all = {.type = sample_at(SAMPLE_LIVE), .zeros = true};
    struct selection selection;
    char error[ERROR_SIZE];
    json_t *json = NULL;
    if (selection_make(&selection, profile, &all, NULL, error))
        json = data_of(profile, &selection, options);
    selection_free(&selection);
    return json;
}
