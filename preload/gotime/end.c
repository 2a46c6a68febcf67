#include "end.h"

#include <errno.h>
#include <string.h>

#include "channel.h"
#include "clock.h"
#include "handle.h"
#include "timer.h"
#include "waiter.h"

int end_find(struct end *end, gt_chan chan, enum gt_direction direction)
{
    *end = (struct end){.handle = chan.handle, .direction = direction};
    switch (handle_kind(chan.handle)) {
    case KIND_NONE:
        return chan.handle ? -ESTALE : 0;
    case KIND_CHANNEL:
        end->channel = channel_at(chan.handle);
        if (!end->channel)
            return -ESTALE;
        end->lock = &end->channel->lock;
        return 0;
    case KIND_AFTER:
    case KIND_TICK:
    case KIND_TIMER:
    case KIND_TICKER:
        end->lock = timer_lock_of(chan.handle);
        return 0;
    default:
        return -ESTALE;
    }
}

static int channel_end_open(const struct end *end)
{
    int result = channel_open(end->channel, end->handle);

    return result == 0 && end->direction == GT_SEND && end->channel->owned ? -EPERM : result;
}

/* A gt_after() that is gone has fired, unless all timers of its time went, at fork or shutdown. */
static bool has_fired(uint64_t handle)
{
    return handle_kind(handle) == KIND_AFTER &&
           !cells_ended(CELLS_TIMER, handle_generation(handle));
}

static int port_end_open(struct end *end)
{
    end->port = timer_port(end->handle);
    if (!end->port && !has_fired(end->handle))
        return -ESTALE;
    return end->direction == GT_SEND ? -EPERM : 0;
}

int end_open(struct end *end)
{
    if (!end->lock)
        return 0;
    return end->channel ? channel_end_open(end) : port_end_open(end);
}

static int port_end_try(const struct end *end, void *element)
{
    int64_t value = 0;
    int result = 0;

    if (end->port)
        result = port_try_recv(end->port, &value);
    else
        value = clock_now();
    if (result == 0 && element)
        memcpy(element, &value, sizeof(value));
    return result;
}

int end_try(const struct end *end, void *element, struct wake_list *to_wake)
{
    if (!end->lock)
        return -EAGAIN;
    if (!end->channel)
        return port_end_try(end, element);
    return end->direction == GT_SEND ? channel_try_send(end->channel, element, to_wake)
                                     : channel_try_recv(end->channel, element, to_wake);
}

struct queue *end_queue(const struct end *end)
{
    if (!end->channel)
        return &end->port->receivers;
    return end->direction == GT_SEND ? &end->channel->senders : &end->channel->receivers;
}

size_t end_length(const struct end *end)
{
    if (end->channel)
        return channel_length(end->channel);
    return end->port && end->port->full;
}

size_t end_capacity(const struct end *end)
{
    return end->channel ? end->channel->capacity : end->port != NULL;
}
