#include "port.h"

#include <errno.h>
#include <string.h>

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
