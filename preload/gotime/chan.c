/* Channels as gotime.h has them, whatever is behind them: sending, receiving, closing. */
#include "end.h"

#include <errno.h>

#include "channel.h"
#include "handle.h"
#include "timer.h"

/* Most need not wait; who does, tries again as a select of one case. */
static int chan_transfer(gt_chan chan, enum gt_direction direction, void *element, int64_t wait)
{
    struct gt_case only = {direction, chan, element, 0};
    struct wake_list to_wake = {NULL};
    struct end end;
    int result = end_find(&end, chan, direction);

    if (result < 0)
        return result;
    if (end.lock) {
        mutex_take(end.lock);
        result = end_open(&end);
        if (result == 0)
            result = end_try(&end, element, &to_wake);
        mutex_give(end.lock);
        wake_all(&to_wake);
        if (result != -EAGAIN || wait == WAIT_NOT)
            return result;
    }
    result = select_wait(&only, 1, wait);
    return result < 0 ? result : only.result;
}

int gt_chan_send(gt_chan chan, const void *element)
{
    return chan_transfer(chan, GT_SEND, (void *)element, GT_NEVER);
}

int gt_chan_recv(gt_chan chan, void *element)
{
    return chan_transfer(chan, GT_RECV, element, GT_NEVER);
}

int gt_chan_try_send(gt_chan chan, const void *element)
{
    return chan_transfer(chan, GT_SEND, (void *)element, WAIT_NOT);
}

int gt_chan_try_recv(gt_chan chan, void *element)
{
    return chan_transfer(chan, GT_RECV, element, WAIT_NOT);
}

int gt_chan_send_timeout(gt_chan chan, const void *element, int64_t timeout)
{
    return chan_transfer(chan, GT_SEND, (void *)element, timeout > 0 ? timeout : 0);
}

int gt_chan_recv_timeout(gt_chan chan, void *element, int64_t timeout)
{
    return chan_transfer(chan, GT_RECV, element, timeout > 0 ? timeout : 0);
}

/* Whose channel it is, if not the user's; what a send would say. */
static int chan_refusal(gt_chan chan)
{
    struct end end;
    int result = end_find(&end, chan, GT_SEND);

    if (result < 0 || !end.lock)
        return -ESTALE;
    mutex_take(end.lock);
    result = end_open(&end);
    mutex_give(end.lock);
    return result;
}

int gt_chan_close(gt_chan chan)
{
    return handle_kind(chan.handle) == KIND_CHANNEL ? channel_close(chan, false)
                                                    : chan_refusal(chan);
}

int gt_chan_free(gt_chan chan)
{
    switch (handle_kind(chan.handle)) {
    case KIND_CHANNEL:
        return channel_free(chan, false);
    case KIND_AFTER:
    case KIND_TICK:
        return timer_chan_free(chan.handle);
    default:
        return chan_refusal(chan);
    }
}

static size_t chan_measure(gt_chan chan, size_t (*of)(const struct end *end))
{
    struct end end;
    size_t size = 0;

    if (end_find(&end, chan, GT_RECV) < 0 || !end.lock)
        return 0;
    mutex_take(end.lock);
    if (end_open(&end) == 0)
        size = of(&end);
    mutex_give(end.lock);
    return size;
}

size_t gt_chan_len(gt_chan chan)
{
    return chan_measure(chan, end_length);
}

size_t gt_chan_cap(gt_chan chan)
{
    return chan_measure(chan, end_capacity);
}
