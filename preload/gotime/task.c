/*
 * The heap of tasks. There are as many places as cells, so each cell holds one: it needs no memory
 * of its own.
 */
#include "task.h"

#include <stddef.h>

uint32_t heap_count;

uint32_t heap_at(uint32_t place)
{
    return task_at(place)->here;
}

int64_t heap_due(uint32_t place)
{
    return task_at(heap_at(place))->due;
}

static void heap_put(uint32_t place, uint32_t index)
{
    task_at(place)->here = index;
    task_at(index)->place = place;
}

/* Into that place, or, as its time demands, one above or below that thereby becomes free. */
static void heap_settle(uint32_t place, uint32_t index)
{
    int64_t due = task_at(index)->due;

    for (; place > 1 && due < heap_due(place / 2); place /= 2)
        heap_put(place, heap_at(place / 2));
    for (uint32_t below; (below = 2 * place) <= heap_count; place = below) {
        if (below < heap_count && heap_due(below + 1) < heap_due(below))
            below++;
        if (due <= heap_due(below))
            break;
        heap_put(place, heap_at(below));
    }
    heap_put(place, index);
}

void heap_add(uint32_t index)
{
    heap_settle(++heap_count, index);
}

void heap_remove(uint32_t index)
{
    uint32_t place = task_at(index)->place, last = heap_at(heap_count);

    heap_count--;
    if (last != index)
        heap_settle(place, last);
}

void heap_move(uint32_t index)
{
    heap_settle(task_at(index)->place, index);
}

const char *heap_check(void)
{
    for (uint32_t place = 1; place <= heap_count; place++) {
        if (task_at(heap_at(place))->place != place)
            return "a task is not at its place";
        if (place > 1 && heap_due(place) < heap_due(place / 2))
            return "a task is due before the one above it";
    }
    return NULL;
}
