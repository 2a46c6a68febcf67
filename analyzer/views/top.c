#include "views/top.h"

#include "profile/nodes.h"
#include "views/labels.h"
#include "views/values.h"

#include <inttypes.h>

/* Drops what has too small a part; returns how many. */
static size_t drop_small(struct nodes *nodes, uint64_t cutoff)
{
    size_t kept = 0, all = nodes->count;
    for (size_t i = 0; i < all; i++) {
        if (nodes->nodes[i]->cum >= cutoff)
            nodes->nodes[kept++] = nodes->nodes[i];
    }
    nodes->count = kept;
    return all - kept;
}

static struct value_unit unit_for(const struct nodes *nodes, const struct sample_type *type,
                                  uint64_t total)
{
    uint64_t smallest = 0;
    for (size_t i = 0; i < nodes->count; i++) {
        const struct node *node = nodes->nodes[i];
        uint64_t least = node->flat ? node->flat : node->cum;
        if (least > 0 && (smallest == 0 || least < smallest))
            smallest = least;
    }
    return value_unit_common(type, smallest, total);
}

static const char *inline_label(const struct node *node)
{
    if (!node->inlined)
        return "";
    return node->called ? " (partial-inline)" : " (inline)";
}

static void print_accounting(FILE *to, const struct nodes *nodes, size_t shown, uint64_t total,
                             struct value_unit unit)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < shown; i++)
        sum += nodes->nodes[i]->flat;
    struct text padded = value_percentage(sum, total);
    const char *percentage = padded.s;
    while (*percentage == ' ')
        percentage++;
    fprintf(to, "Showing nodes accounting for %s, %s of %s total\n", value_text(sum, unit).s,
            percentage, value_text(total, unit).s);
}

static void print_nodes(FILE *to, const struct nodes *nodes, size_t shown, uint64_t total,
                        struct value_unit unit)
{
    uint64_t sum = 0;
    fprintf(to, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    for (size_t i = 0; i < shown; i++) {
        const struct node *node = nodes->nodes[i];
        sum += node->flat;
        fprintf(to, "%10s %s %s %10s %s  %s%s\n", value_text(node->flat, unit).s,
                value_percentage(node->flat, total).s, value_percentage(sum, total).s,
                value_text(node->cum, unit).s, value_percentage(node->cum, total).s, node->name,
                inline_label(node));
    }
}

void top_print(FILE *to, struct profile *profile, const struct sample_type *type,
               const struct top_options *options)
{
    struct nodes nodes;
    uint64_t total = labels_total(profile, type);
    uint64_t cutoff = (uint64_t)((double)total * options->nodefraction);
    labels_print(to, profile, type, total);
    nodes_build(&nodes, profile, type);
    nodes_sort(&nodes, options->cum);
    size_t dropped = drop_small(&nodes, cutoff), shown = nodes.count;
    struct value_unit unit = unit_for(&nodes, type, total);
    if (options->nodecount > 0 && (size_t)options->nodecount < shown)
        shown = (size_t)options->nodecount;
    print_accounting(to, &nodes, shown, total, unit);
    if (dropped > 0)
        fprintf(to, "Dropped %zu node%s (cum <= %s)\n", dropped, dropped > 1 ? "s" : "",
                value_text(cutoff, unit).s);
    if (shown < nodes.count)
        fprintf(to, "Showing top %zu nodes out of %zu\n", shown, nodes.count);
    print_nodes(to, &nodes, shown, total, unit);
    nodes_free(&nodes);
}
