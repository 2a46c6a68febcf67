/*
 * channel.h - the channels that gt_chan_make() makes, and those of contexts: a ring of elements
 * and two queues of threads. An element goes straight to a waiting receiver if there is one.
 */
#ifndef GOTIME_CHANNEL_H
#define GOTIME_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cells.h"
#include "gotime.h"
#include "mutex.h"
#include "waiter.h"

/*
 * A cell. The positions run to twice the capacity, so that full and empty differ, and each step is
 * the store of one of them after the bytes are in place: a fork() in the midst of any change finds
 * the channel as it was before it or after it.
 */
struct channel {
    struct cell cell;
    struct mutex lock;
    bool live;  /* between make and free; the last store of the one and the first of the other */
    bool owned; /* by a context: the user may only receive */
    bool closed;
    size_t size, capacity;
    size_t head, tail; /* where the next element is taken out and put in */
    char *buffer;
    struct queue receivers, senders;
};

/*
 * One that only its owner closes and frees, and nobody sends to: the user gets -EPERM. Zeros and
 * errno when there is no memory.
 */
gt_chan channel_make_owned(void);

/* As gt_chan_close() and gt_chan_free(), for a handle of KIND_CHANNEL. -EPERM for who is not its
 * owner. */
int channel_close(gt_chan chan, bool by_owner);
int channel_free(gt_chan chan, bool by_owner);

static inline int channel_close_owned(gt_chan chan)
{
    return channel_close(chan, true);
}

static inline int channel_free_owned(gt_chan chan)
{
    return channel_free(chan, true);
}

/* The place of a handle of KIND_CHANNEL, whatever lives there now; NULL if there never was one. */
static inline struct channel *channel_at(uint64_t handle)
{
    return cells_at(CELLS_CHANNEL, handle_index(handle));
}

/* The rest of what is asked of one channel: under its lock. */

/* 0, or -ESTALE when the handle names another life of this place. */
int channel_open(const struct channel *channel, uint64_t handle);

/* 0, -EPIPE (the element is zeroed), or -EAGAIN when it would have to wait. */
int channel_try_recv(struct channel *channel, void *element, struct wake_list *to_wake);

/* 0, -EPIPE, -EAGAIN likewise. */
int channel_try_send(struct channel *channel, const void *element, struct wake_list *to_wake);

size_t channel_length(const struct channel *channel);

/* What is wrong with it, or NULL: for tests, after any step. */
const char *channel_check(const struct channel *channel);

/* In the child, whose other threads are gone: nobody waits, and no lock is held. */
void channels_renew(void);

/* Gives all memory back; nobody may be inside the library. */
void channels_end(void);

#endif
