/*
 * html/tree.h - all stacks as one tree, for the flame graph and the call graph, no larger than a
 * browser likes it.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_TREE_H
#define TIMERLEAK_EXPORTS_HTML_TREE_H

#include "exports/html/stacks.h"

#define TREE_MOST 20000       /* nodes */
#define TREE_ROOT 0           /* all stacks: it has no function */
#define TREE_OTHER UINT32_MAX /* in place of a function: all that is too small to be shown here */

struct tree_node {
    uint32_t parent; /* comes before it in the list; of the root, the root */
    uint32_t function;
    uint64_t values[STACK_VALUES]; /* of all stacks through it */
};

struct tree {
    struct tree_node *nodes;
    size_t count, room;
    double
        cut; /* nodes with less than that part of every total went into "other"; 0: there are all */
};

/* At most TREE_MOST nodes. The caller ends with tree_free(). */
void tree_make(struct tree *tree, const struct stacks *stacks);
void tree_free(struct tree *tree);

#endif
