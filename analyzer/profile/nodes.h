/*
 * nodes.h - flat and cumulative values per function, over all stacks.
 */
#ifndef TIMERLEAK_PROFILE_NODES_H
#define TIMERLEAK_PROFILE_NODES_H

#include "profile/samples.h"

struct node {
    UT_hash_handle hh;
    const char *name;
    uint64_t flat;           /* of stacks whose leaf it is */
    uint64_t cum;            /* of stacks that it is in, each counted once */
    bool inlined, called;    /* somewhere inlined, somewhere called for real */
    const struct site *last; /* the last site that was counted */
};

struct nodes {
    struct node **nodes;
    size_t count, room;
    struct node *table;
};

/* Builds the nodes of all sites whose value is not 0. */
void nodes_build(struct nodes *nodes, struct profile *profile, const struct sample_type *type);
void nodes_free(struct nodes *nodes);

/* By flat, then name; or by cum, then name: pprof's order. */
void nodes_sort(struct nodes *nodes, bool cum);

#endif
