/*
 * ring.h - a list that is a ring: its head is one of its links, and a link that is alone points to
 * itself, so that it can be removed wherever it is, or is not.
 */
#ifndef GOTIME_RING_H
#define GOTIME_RING_H

#include <stdbool.h>

struct ring {
    struct ring *next, *previous;
};

static inline void ring_init(struct ring *ring)
{
    ring->next = ring->previous = ring;
}

static inline bool ring_empty(const struct ring *ring)
{
    return ring->next == ring;
}

static inline void ring_remove(struct ring *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    ring_init(link);
}

/* At the end. */
static inline void ring_add(struct ring *to, struct ring *link)
{
    link->next = to;
    link->previous = to->previous;
    to->previous->next = link;
    to->previous = link;
}

/* All links of `from`, which is empty afterwards, to the end of `to`. */
static inline void ring_move(struct ring *to, struct ring *from)
{
    struct ring all = *from;

    if (ring_empty(from))
        return;
    all.next->previous = to->previous;
    to->previous->next = all.next;
    all.previous->next = to;
    to->previous = all.previous;
    ring_init(from);
}

#endif
