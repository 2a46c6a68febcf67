/*
 * port.h - the receiving end of a timer's channel. It lies in the timer itself and is guarded by
 * the lock of the timer's shard, so that stop and reset find out exactly whether a value was
 * received.
 */
#ifndef GOTIME_PORT_H
#define GOTIME_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "waiter.h"

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
