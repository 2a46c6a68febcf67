#include "waiter.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "clock.h"

void queue_add(struct queue *queue, struct waiter *waiter)
{
    struct waiter *first = queue->first;

    if (!first) {
        waiter->next = waiter->previous = waiter;
        queue->first = waiter;
    } else {
        waiter->next = first;
        waiter->previous = first->previous;
        first->previous->next = waiter;
        first->previous = waiter;
    }
    waiter->queue = queue;
}

void queue_leave(struct waiter *waiter)
{
    struct queue *queue = waiter->queue;

    if (!queue)
        return;
    waiter->next->previous = waiter->previous;
    waiter->previous->next = waiter->next;
    if (queue->first == waiter)
        queue->first = waiter->next == waiter ? NULL : waiter->next;
    waiter->queue = NULL;
}

static bool sleeper_choose(struct sleeper *sleeper)
{
    uint32_t waits = SLEEPER_WAITS;

    return __atomic_compare_exchange_n(&sleeper->state, &waits, SLEEPER_CHOSEN, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Those whom another queue has chosen are dropped on the way: they leave none the wiser. */
struct waiter *queue_choose(struct queue *queue)
{
    struct waiter *waiter;

    while ((waiter = queue->first)) {
        queue_leave(waiter);
        if (sleeper_choose(waiter->sleeper))
            return waiter;
    }
    return NULL;
}

void wake_later(struct wake_list *to_wake, struct waiter *waiter, int result)
{
    waiter->result = result;
    waiter->next = to_wake->first;
    to_wake->first = waiter;
}

/*
 * As soon as the state says so the thread may be gone, and its stack with it: the futex is woken by
 * its address alone, and whoever sleeps there now is used to being woken for nothing.
 */
static void sleeper_wake(struct sleeper *sleeper, struct waiter *chosen)
{
    sleeper->chosen = chosen;
    __atomic_store_n(&sleeper->state, SLEEPER_WOKEN, __ATOMIC_RELEASE);
    futex_wake(&sleeper->state, 1);
}

void wake_all(struct wake_list *to_wake)
{
    struct waiter *waiter;

    while ((waiter = to_wake->first)) {
        to_wake->first = waiter->next;
        sleeper_wake(waiter->sleeper, waiter);
    }
}

void sleeper_expire(struct sleeper *sleeper)
{
    if (sleeper_choose(sleeper))
        sleeper_wake(sleeper, NULL);
}

struct waiter *sleeper_sleep(struct sleeper *sleeper, int64_t deadline)
{
    uint32_t state;

    while ((state = __atomic_load_n(&sleeper->state, __ATOMIC_ACQUIRE)) != SLEEPER_WOKEN) {
        futex_wait_until(&sleeper->state, state, deadline);
        if (deadline == INT64_MAX || clock_monotonic() < deadline)
            continue;
        if (sleeper_choose(sleeper))
            return NULL;
        deadline = INT64_MAX; /* chosen in time: woken any moment */
    }
    return sleeper->chosen;
}

/* ---- ports ---- */

static void port_give(struct waiter *waiter, int result, int64_t value, struct wake_list *to_wake)
{
    if (waiter->element && !result)
        memcpy(waiter->element, &value, sizeof(value));
    wake_later(to_wake, waiter, result);
}

bool port_deliver(struct port *port, int64_t value, struct wake_list *to_wake)
{
    struct waiter *waiter = queue_choose(&port->receivers);

    if (waiter)
        port_give(waiter, 0, value, to_wake);
    return waiter != NULL;
}

void port_release(struct port *port, int result, int64_t value, struct wake_list *to_wake)
{
    struct waiter *waiter;

    while ((waiter = queue_choose(&port->receivers)))
        port_give(waiter, result, value, to_wake);
}

int port_try_recv(struct port *port, int64_t *value)
{
    if (!port->full)
        return -EAGAIN;
    *value = port->value;
    port->full = false;
    return 0;
}
