/*
 * html/stacks.h - all stacks of a profile, with their values for every sample type at once: what
 * the page's pictures are made of.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_STACKS_H
#define TIMERLEAK_EXPORTS_HTML_STACKS_H

#include "base/index.h"
#include "profile/selection.h"

/*
 * By enum sample_type_id; then the live timers of sites by their verdicts; then, of the base, by
 * enum sample_type_id.
 */
#define STACK_LIVE_OF(verdict) (SAMPLE_TYPES + (size_t)(verdict))
#define STACK_BASE(type) (SAMPLE_TYPES + VERDICTS + (size_t)(type))
#define STACK_VALUES STACK_BASE(SAMPLE_TYPES)

struct stack {
    const struct trace *trace;
    uint32_t
        *functions; /* root first, numbers into stacks->functions; the last is the wrapped one */
    size_t depth;
    uint64_t values[STACK_VALUES];
    uint32_t node; /* of a tree of the stacks, where it ends */
};

struct function {
    const char *name;  /* what is shown for it; interned */
    const char *whole; /* the same, if that leaves nothing out */
    const char *place; /* its file, else its module; "": unknown */
    uint32_t module;   /* its index; 0: unknown, as that of the wrapped ones is, or several */
    uint64_t flat[STACK_VALUES];
    uint64_t cum[STACK_VALUES]; /* each stack counted once */
    const struct stack *last;   /* that was counted */
};

struct stacks {
    struct stack *list; /* in the order of their functions, root first */
    size_t count;
    struct function *functions;
    size_t function_count, function_room;
    struct index index; /* of functions, by name */
    uint64_t totals[STACK_VALUES];
};

/*
 * Of a selection of whole stacks by function, samples whose value is 0 included; its profile
 * outlives the stacks. The caller ends with stacks_free().
 */
void stacks_make(struct stacks *stacks, const struct selection *selection);
/* The number of a function, by its place's label; INDEX_NONE if no stack has it. */
uint32_t stacks_function(const struct stacks *stacks, const char *name);

void stacks_free(struct stacks *stacks);

/* ---- all stacks as one tree, no larger than a browser likes it ---- */

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

/* At most TREE_MOST nodes; tells each stack its own. The caller ends with tree_free(). */
void tree_make(struct tree *tree, struct stacks *stacks);
void tree_free(struct tree *tree);

#endif
