/* Graphs: values, edges over what is left out, cutoffs, call trees and pictures. */
#include "loaded.h"
#include "profile/graph.h"
#include "shop.h"

#include <criterion/criterion.h>
#include <string.h>

static struct profile *profile;
static struct selection selection;
static struct graph graph;

static void make(struct builder *builder, const struct graph_options *options)
{
    char error[ERROR_SIZE];
    struct selection_options live = {.type = sample_find(NULL)};
    profile = loaded(builder);
    cr_assert(selection_make(&selection, profile, &live, NULL, error), "%s", error);
    graph_make(&graph, &selection, options);
}

static void teardown(void)
{
    graph_free(&graph);
    selection_free(&selection);
    profile_free(profile);
}

static const struct graph_node *node(const char *label)
{
    for (size_t i = 0; i < graph.count; i++) {
        if (strcmp(graph.nodes[i]->place->label, label) == 0)
            return graph.nodes[i];
    }
    return NULL;
}

static const struct graph_edge *edge(const char *from, const char *to)
{
    const struct graph_node *caller = node(from);
    for (size_t i = 0; caller && i < caller->out_count; i++) {
        if (strcmp(caller->out[i]->to->place->label, to) == 0)
            return caller->out[i];
    }
    return NULL;
}

/* Every edge is known at both ends, and edges and nodes are in order. */
static void check_invariants(void)
{
    for (size_t i = 0; i < graph.count; i++) {
        const struct graph_node *checked = graph.nodes[i];
        cr_expect_eq(checked->index, i);
        for (size_t j = 0; j < checked->out_count; j++) {
            const struct graph_edge *out = checked->out[j];
            size_t k = 0;
            cr_expect_eq(out->from, checked);
            while (k < out->to->in_count && out->to->in[k] != out)
                k++;
            cr_expect_lt(k, out->to->in_count, "%s lacks an edge", out->to->place->label);
            cr_expect(j == 0 || checked->out[j - 1]->weight >= out->weight);
        }
    }
}

TestSuite(graph, .fini = teardown);

Test(graph, values)
{
    make(shop(), &(struct graph_options){0});
    check_invariants();
    cr_expect_eq(graph.count, 7);
    cr_expect_eq(graph.accounted, 61);
    cr_expect_eq(node("timerfd_create")->flat, 56);
    cr_expect_eq(node("shop+0x3000")->flat, 0);
    cr_expect_eq(node("shop+0x3000")->cum, 61);
    cr_expect_eq(edge("shop+0x2000", "shop+0x1000")->weight, 50);
}

Test(graph, a_function_that_calls_itself_counts_once)
{
    make(shop(), &(struct graph_options){0});
    cr_expect_eq(node("shop+0x4000")->cum, 6);
    cr_expect_null(edge("shop+0x4000", "shop+0x4000"));
    cr_expect_eq(edge("shop+0x4000", "shop+0x1000")->weight, 6);
}

Test(graph, edges_lead_over_what_is_left_out)
{
    make(shop(), &(struct graph_options){.nodefraction = 0.9});
    check_invariants();
    cr_expect_eq(graph.count, 3);
    cr_expect_eq(graph.dropped_nodes, 4);
    const struct graph_edge *over = edge("shop+0x3000", "shop+0x1000");
    cr_assert(over);
    cr_expect(over->residual);
    cr_expect_eq(over->weight, 56);
    cr_expect_not(edge("shop+0x1000", "timerfd_create")->residual);
}

Test(graph, light_edges_are_dropped)
{
    make(shop(), &(struct graph_options){.edgefraction = 0.2});
    cr_expect_null(edge("shop+0x3000", "shop+0x4000"));
    cr_expect_not_null(edge("shop+0x3000", "shop+0x2000"));
    cr_expect_eq(graph.dropped_edges, 5);
}

Test(graph, as_many_nodes_as_asked)
{
    make(shop(), &(struct graph_options){.nodecount = 2, .cum = true});
    cr_expect_eq(graph.count, 2);
    cr_expect_eq(graph.candidates, 7);
    cr_expect_str_eq(graph.nodes[0]->place->label, "shop+0x3000");
    cr_expect(edge("shop+0x3000", "shop+0x1000")->residual);
}

Test(graph, a_call_tree_has_a_node_for_each_path)
{
    make(shop(), &(struct graph_options){.call_tree = true, .visual = true});
    check_invariants();
    size_t walkers = 0;
    for (size_t i = 0; i < graph.count; i++) {
        walkers += strcmp(graph.nodes[i]->place->label, "shop+0x4000") == 0;
        cr_expect_leq(graph.nodes[i]->in_count, 1);
    }
    cr_expect_eq(walkers, 3);
    cr_expect_eq(graph.accounted, 61);
}

/* The children of what is left out become those of the nearest ancestor that is shown. */
Test(graph, a_call_tree_closes_over_what_is_left_out)
{
    size_t residual = 0;
    for (long most = 1; most < 10; most++) {
        make(shop(), &(struct graph_options){.call_tree = true, .visual = true, .nodecount = most});
        check_invariants();
        cr_expect_eq(graph.count, (size_t)most);
        for (size_t i = 0; i < graph.count; i++) {
            const struct graph_node *checked = graph.nodes[i];
            cr_expect_leq(checked->in_count, 1);
            if (checked->in_count == 0)
                continue;
            cr_expect_eq(checked->in[0]->weight, checked->cum);
            cr_expect_lt(checked->in[0]->from->index, graph.count);
            cr_expect_neq(checked->in[0]->from, checked);
            residual += checked->in[0]->residual;
        }
        if (most < 9)
            teardown();
    }
    cr_expect_gt(residual, 0);
}

/* main calls the leaf past the listener and past the pool: both ways over nodes are one edge. */
Test(graph, pictures_have_no_redundant_edges)
{
    make(shop(), &(struct graph_options){.visual = true, .nodefraction = 0.05});
    check_invariants();
    for (size_t i = 0; i < graph.count; i++) {
        for (size_t j = 0; j < graph.nodes[i]->in_count; j++)
            cr_expect_not(graph.nodes[i]->in[j]->residual);
    }
}

Test(graph, of_nothing)
{
    make(builder_new(SECOND), &(struct graph_options){.visual = true, .nodecount = 80});
    cr_expect_eq(graph.count, 0);
}
