/*
 * waiter.h - a thread that waits, and its places in the queues of what it waits for; and what a
 * timer has for those who wait for it, its port.
 *
 * A select stands in several queues, each under a lock of its own; whoever has something for one
 * of its places chooses that place, and only the first to do so succeeds. The chosen thread goes on
 * when it is woken, not before: until then its stack, where all this lies, may be written to.
 */
#ifndef GOTIME_WAITER_H
#define GOTIME_WAITER_H

#include <stdbool.h>
#include <stdint.h>

struct waiter;

/* Those who wait for one thing, longest first; guarded by the lock of that thing. */
struct queue {
    struct waiter *first; /* a ring: the last one is before the first */
};

enum sleeper_state {
    SLEEPER_WAITS,
    SLEEPER_CHOSEN, /* by one place, or by its deadline; nobody else may choose it */
    SLEEPER_WOKEN,
};

struct sleeper {
    uint32_t state;        /* enum sleeper_state; a futex */
    struct waiter *chosen; /* once it is woken */
};

struct waiter {
    struct waiter *next, *previous;
    struct queue *queue; /* NULL: in none */
    struct sleeper *sleeper;
    void *element; /* to be sent, or room for what is received; NULL: zeros, discard */
    int result;    /* of the chosen one: what its function returns */
};

/* Threads to be woken once the lock is released: woken under it they would wait for it at once. */
struct wake_list {
    struct waiter *first;
};

void queue_add(struct queue *queue, struct waiter *waiter);

/* Nothing if it is in no queue any more. Under the lock of the queue that it was added to. */
void queue_leave(struct waiter *waiter);

/*
 * Takes out the waiter that has waited longest, chosen for the caller alone; NULL if there is
 * none. The caller fills in its result and its element, and wakes it.
 */
struct waiter *queue_choose(struct queue *queue);

void wake_later(struct wake_list *to_wake, struct waiter *waiter, int result);

/* Without any lock. */
void wake_all(struct wake_list *to_wake);

/*
 * Sleeps until it is woken or the deadline has come, a time of CLOCK_MONOTONIC; INT64_MAX: none.
 * The chosen place, or NULL for the deadline: then nobody can choose it any more.
 */
struct waiter *sleeper_sleep(struct sleeper *sleeper, int64_t deadline);

/* Its deadline, if it is another clock's, has come: wakes it, unless it was chosen in time. */
void sleeper_expire(struct sleeper *sleeper);

/* ---- ports ---- */

/*
 * The receiving end of a timer's channel. It lies in the timer itself and is guarded by the lock of
 * the timer's shard, so that stop and reset find out exactly whether a value was received.
 */
struct port {
    struct queue receivers;
    int64_t value; /* of the one element, while `full` */
    bool full;
};

/*
 * Gives the value to the receiver that has waited longest; false if nobody waits any more.
 * Under the lock.
 */
bool port_deliver(struct port *port, int64_t value, struct wake_list *to_wake);

/*
 * Lets all that wait go on with this result, and this value if the result is 0. Under the lock.
 */
void port_release(struct port *port, int result, int64_t value, struct wake_list *to_wake);

/* Takes the value that nobody had waited for: 0, or -EAGAIN if there is none. Under the lock. */
int port_try_recv(struct port *port, int64_t *value);

#endif
