/*
 * task.h - the scheduler's tasks, and the heap of them by the time of their next run. All under
 * the scheduler's lock.
 */
#ifndef GOTIME_TASK_H
#define GOTIME_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "cells.h"
#include "ring.h"

enum task_state { TASK_WAITS, TASK_READY, TASK_RUNS };

struct task {
    struct cell cell;
    uint32_t index; /* of this cell */
    uint32_t state; /* a futex */
    uint32_t place; /* in the heap, from 1 */
    uint32_t here;  /* the task that is in the heap at the place numbered as this cell */
    bool stopped;   /* while it runs: gone with the end of this run */
    bool awaited;   /* and who stopped it waits for that */
    struct ring ready;
    int64_t due, period;
    void (*function)(void *argument);
    void *argument;
    uint64_t reference; /* that the shim's ledger gave for it */
};

_Static_assert(sizeof(struct task) <= 128, "a task fits its cell");

static inline struct task *task_at(uint32_t index)
{
    return cells_at(CELLS_TASK, index);
}

/* How many tasks are in the heap, in the places from 1 to it. */
extern uint32_t heap_count;

/* The task in a place, and when that one is due; in the first place is the first of all. */
uint32_t heap_at(uint32_t place);
int64_t heap_due(uint32_t place);

void heap_add(uint32_t index);
void heap_remove(uint32_t index);

/* The task is due at another time than before. */
void heap_move(uint32_t index);

/* What is wrong with it, or NULL. */
const char *heap_check(void);

#endif
