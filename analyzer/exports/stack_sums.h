/*
 * stack_sums.h - the samples that are left, those with equal stacks added up: for formats that know
 * stacks and numbers, and no labels.
 */
#ifndef TIMERLEAK_EXPORTS_STACK_SUMS_H
#define TIMERLEAK_EXPORTS_STACK_SUMS_H

#include "profile/selection.h"

struct stack_sum {
    size_t first;   /* of its stack, in sums->stacks: numbers for selection_place() */
    uint32_t depth; /* leaf first */
    int64_t values[SAMPLE_TYPES];
};

struct stack_sums {
    struct stack_sum *list;
    size_t count, room;
    uint32_t *stacks;
    size_t used, stacks_room;
    struct index index;
};

/* In the order of the samples. The caller ends with stack_sums_free(). */
void stack_sums_make(struct stack_sums *sums, const struct selection *selection);
void stack_sums_free(struct stack_sums *sums);

#endif
