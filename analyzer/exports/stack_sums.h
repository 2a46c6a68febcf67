/*
 * stack_sums.h - the samples that are left, those with equal stacks added up: for formats that know
 * stacks and numbers, and no labels.
 */
#ifndef TIMERLEAK_EXPORTS_STACK_SUMS_H
#define TIMERLEAK_EXPORTS_STACK_SUMS_H

#include "profile/selection.h"

struct row {
    size_t first;   /* of its stack, in rows->stacks: numbers for selection_place() */
    uint32_t depth; /* leaf first */
    int64_t values[SAMPLE_TYPES];
};

struct rows {
    struct row *list;
    size_t count, room;
    uint32_t *stacks;
    size_t used, stacks_room;
    struct index index;
};

/* In the order of the samples. The caller ends with rows_free(). */
void rows_make(struct rows *rows, const struct selection *selection);
void rows_free(struct rows *rows);

#endif
