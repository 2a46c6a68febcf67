/*
 * end.h - one end of a channel, the receiving or the sending one, whatever kind of channel it is:
 * the user's own, a context's, or that of a timer; and waiting for the first of several ends.
 */
#ifndef GOTIME_END_H
#define GOTIME_END_H

#include <stddef.h>
#include <stdint.h>

#include "gotime.h"
#include "mutex.h"
#include "waiter.h"

struct channel;
struct port;

struct end {
    uint64_t handle;
    enum gt_direction direction;
    struct mutex *lock;      /* NULL for the channel of zeros: never ready */
    struct channel *channel; /* or else: */
    struct port *port;       /* NULL for a gt_after() that has fired: ready from now on */
};

/* Without the lock: finds it. -ESTALE for a handle that never was a channel's. */
int end_find(struct end *end, gt_chan chan, enum gt_direction direction);

/* All below under the lock. */

/* What the handle names now. 0, -ESTALE, or -EPERM for the end that is not the user's. */
int end_open(struct end *end);

/* Of an open one: 0, -EPIPE, or -EAGAIN when it would have to wait. */
int end_try(const struct end *end, void *element, struct wake_list *to_wake);

/* Where to wait, after -EAGAIN. */
struct queue *end_queue(const struct end *end);

/* Elements buffered, and room. */
size_t end_length(const struct end *end);
size_t end_capacity(const struct end *end);

/* ---- without a lock: waiting for the first of several, which every wait comes down to ---- */

/* How long to wait: a duration, GT_NEVER, 0 for -ETIMEDOUT at once; or this, for -EAGAIN at once.
 */
#define WAIT_NOT INT64_C(-1)

int select_wait(struct gt_case *cases, size_t count, int64_t wait);

#endif
