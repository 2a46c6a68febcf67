#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* NULL stands for an element of zeros, or one that nobody wants. */
static void element_copy(void *to, const void *from, size_t size)
{
    if (!to)
        return;
    if (!from)
        memset(to, 0, size);
    else if (size == sizeof(uint64_t))
        memcpy(to, from, sizeof(uint64_t));
    else
        memcpy(to, from, size);
}

size_t channel_length(const struct channel *channel)
{
    size_t length = channel->tail - channel->head;

    return channel->tail < channel->head ? length + 2 * channel->capacity : length;
}

static void *slot_at(const struct channel *channel, size_t position)
{
    size_t slot = position < channel->capacity ? position : position - channel->capacity;

    return channel->buffer ? channel->buffer + slot * channel->size : NULL;
}

static void position_advance(const struct channel *channel, size_t *position)
{
    size_t next = *position + 1;

    __atomic_store_n(position, next < 2 * channel->capacity ? next : 0, __ATOMIC_RELEASE);
}

static void channel_put(struct channel *channel, const void *element)
{
    element_copy(slot_at(channel, channel->tail), element, channel->size);
    position_advance(channel, &channel->tail);
}

int channel_try_send(struct channel *channel, const void *element, struct wake_list *to_wake)
{
    if (channel->closed)
        return -EPIPE;
    struct waiter *receiver = queue_choose(&channel->receivers);
    if (receiver) {
        element_copy(receiver->element, element, channel->size);
        wake_later(to_wake, receiver, 0);
        return 0;
    }
    if (channel_length(channel) == channel->capacity)
        return -EAGAIN;
    channel_put(channel, element);
    return 0;
}

/* A full channel has a place again: the element of who waited longest goes to the end. */
static int channel_take(struct channel *channel, void *element, struct wake_list *to_wake)
{
    element_copy(element, slot_at(channel, channel->head), channel->size);
    position_advance(channel, &channel->head);
    struct waiter *sender = queue_choose(&channel->senders);
    if (sender) {
        channel_put(channel, sender->element);
        wake_later(to_wake, sender, 0);
    }
    return 0;
}

int channel_try_recv(struct channel *channel, void *element, struct wake_list *to_wake)
{
    if (channel->tail != channel->head)
        return channel_take(channel, element, to_wake);
    struct waiter *sender = queue_choose(&channel->senders);
    if (sender) {
        element_copy(element, sender->element, channel->size);
        wake_later(to_wake, sender, 0);
        return 0;
    }
    if (!channel->closed)
        return -EAGAIN;
    element_copy(element, NULL, channel->size);
    return -EPIPE;
}

/* ---- its life ---- */

static bool buffer_make(struct channel *channel, size_t size, size_t capacity)
{
    size_t bytes;

    if (capacity > SIZE_MAX / 2 || __builtin_mul_overflow(size, capacity, &bytes)) {
        errno = ENOMEM;
        return false;
    }
    channel->buffer = bytes > 0 ? malloc(bytes) : NULL;
    return channel->buffer || bytes == 0;
}

/* Not the head and the lock: whoever has an old handle may be looking at them. */
static gt_chan channel_make(size_t size, size_t capacity, bool owned)
{
    uint32_t index = cells_take(CELLS_CHANNEL);
    struct channel *channel = cells_at(CELLS_CHANNEL, index);

    if (!index) {
        errno = ENOMEM;
        return (gt_chan){0};
    }
    if (!buffer_make(channel, size, capacity)) {
        cells_give(CELLS_CHANNEL, index);
        return (gt_chan){0};
    }
    channel->size = size;
    channel->capacity = capacity;
    channel->head = channel->tail = 0;
    channel->closed = false;
    channel->owned = owned;
    __atomic_store_n(&channel->live, true, __ATOMIC_RELEASE);
    return (gt_chan){handle_make(KIND_CHANNEL, index, cell_generation(channel))};
}

gt_chan gt_chan_make(size_t size, size_t capacity)
{
    return channel_make(size, capacity, false);
}

gt_chan channel_make_owned(void)
{
    return channel_make(0, 0, true);
}

int channel_open(const struct channel *channel, uint64_t handle)
{
    return cell_generation(channel) == handle_generation(handle) && channel->live ? 0 : -ESTALE;
}

static void channel_release(struct channel *channel, int result, struct wake_list *to_wake)
{
    struct waiter *waiter;

    while ((waiter = queue_choose(&channel->receivers))) {
        if (result == -EPIPE)
            element_copy(waiter->element, NULL, channel->size);
        wake_later(to_wake, waiter, result);
    }
    while ((waiter = queue_choose(&channel->senders)))
        wake_later(to_wake, waiter, result);
}

static int channel_shut(struct channel *channel, struct wake_list *to_wake)
{
    if (channel->closed)
        return -EPIPE;
    channel->closed = true;
    channel_release(channel, -EPIPE, to_wake);
    return 0;
}

static int channel_end(struct channel *channel, struct wake_list *to_wake)
{
    channel->live = false;
    cell_age(channel);
    channel_release(channel, -ESTALE, to_wake);
    return 0;
}

/* One of the two above, if the handle is good and the caller has a right to it. */
static int channel_finish(gt_chan chan, bool by_owner,
                          int (*finish)(struct channel *channel, struct wake_list *to_wake))
{
    struct channel *channel = channel_at(chan.handle);
    struct wake_list to_wake = {NULL};

    if (!channel)
        return -ESTALE;
    mutex_take(&channel->lock);
    int result = channel_open(channel, chan.handle);
    if (result == 0)
        result = channel->owned == by_owner ? finish(channel, &to_wake) : -EPERM;
    mutex_give(&channel->lock);
    wake_all(&to_wake);
    return result;
}

int channel_close(gt_chan chan, bool by_owner)
{
    return channel_finish(chan, by_owner, channel_shut);
}

/* Nobody else comes to the buffer once the handle is stale. */
int channel_free(gt_chan chan, bool by_owner)
{
    int result = channel_finish(chan, by_owner, channel_end);

    if (result == 0) {
        free(channel_at(chan.handle)->buffer);
        cells_give(CELLS_CHANNEL, handle_index(chan.handle));
    }
    return result;
}

/* ---- all of them ---- */

static struct channel *channel_next(uint32_t *index)
{
    struct channel *channel = NULL;

    while (!channel && ++*index < cells[CELLS_CHANNEL].made)
        channel = cells_at(CELLS_CHANNEL, *index);
    return channel;
}

/* Stores only where it must: each page that it writes to is copied. */
void channels_renew(void)
{
    struct channel *channel;

    for (uint32_t index = 0; (channel = channel_next(&index));) {
        if (channel->lock.held || channel->lock.sleepers)
            channel->lock = (struct mutex){0};
        if (channel->receivers.first || channel->senders.first)
            channel->receivers.first = channel->senders.first = NULL;
    }
}

void channels_end(void)
{
    struct channel *channel;

    for (uint32_t index = 0; (channel = channel_next(&index));)
        if (channel->live)
            free(channel->buffer);
    cells_end(CELLS_CHANNEL);
}

/* ---- for tests ---- */

static const char *queue_check(const struct queue *queue)
{
    const struct waiter *waiter = queue->first;

    if (!waiter)
        return NULL;
    do {
        if (waiter->queue != queue || waiter->next->previous != waiter)
            return "a queue is broken";
        waiter = waiter->next;
    } while (waiter != queue->first);
    return NULL;
}

const char *channel_check(const struct channel *channel)
{
    const struct waiter *receiver = channel->receivers.first, *sender = channel->senders.first;
    size_t length = channel_length(channel), end = 2 * channel->capacity;

    if (!channel->live)
        return "it was freed";
    if (channel->capacity > 0 ? channel->head >= end || channel->tail >= end
                              : channel->head || channel->tail)
        return "a position is out of bounds";
    if (length > channel->capacity)
        return "it holds more than it has room for";
    if (!channel->buffer != (channel->size * channel->capacity == 0))
        return "its buffer is missing, or needless";
    if (channel->closed && (receiver || sender))
        return "somebody waits on a closed one";
    if (receiver && length > 0)
        return "receivers wait although there is something";
    if (sender && length < channel->capacity)
        return "senders wait although there is room";
    if (receiver && sender && receiver->sleeper != sender->sleeper)
        return "a sender and a receiver wait for each other";
    return queue_check(&channel->receivers) ?: queue_check(&channel->senders);
}
