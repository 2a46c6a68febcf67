/*
 * naive.h - a channel as one would write it down: what gotime's must agree with in one thread.
 */
#ifndef NAIVE_H
#define NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotime/gotime.h"

#define NAIVE_ROOM 8
#define NAIVE_BYTES 64

struct naive {
    gt_chan chan; /* the real one */
    size_t size, capacity, length;
    uint32_t elements[NAIVE_ROOM]; /* numbers, of which naive_fill() makes bytes */
    bool closed;
};

/* Both of them, of any size and capacity. */
void naive_make(struct naive *naive, uint32_t *seed);

/* What a try should answer. */
int naive_expects(const struct naive *naive, enum gt_direction direction);

/* Takes the same step as the real one did; the bytes of an element that was received are right. */
void naive_send(struct naive *naive, uint32_t number);
bool naive_recv(struct naive *naive, const unsigned char *bytes);

void naive_fill(unsigned char *bytes, size_t size, uint32_t number);

/* Equal lengths and a sound channel. */
void naive_check(const struct naive *naive);

/* Fails when channel_check() finds something wrong; other threads may be at it. */
void expect_sound(gt_chan chan);

uint32_t any_below(uint32_t *seed, uint32_t limit);

#endif
