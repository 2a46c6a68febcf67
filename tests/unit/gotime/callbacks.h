/*
 * callbacks.h - callbacks that say that they began, and return when they are told to. A test that
 * uses them is in a suite with TestSuite(NAME, .init = begin, .fini = end), or with begin_mocked.
 */
#ifndef CALLBACKS_H
#define CALLBACKS_H

#include <pthread.h>
#include <stdint.h>

#include "gotime/gotime.h"

struct gate {
    gt_chan begun, go;
    int calls, destroyed;
    pthread_t thread; /* of the last call */
};

/* The argument of all that start() starts. */
extern struct gate gate;

void begin(void);
void begin_mocked(void);
void end(void);

/* Gives a sign. */
void count(void *argument);

/* The same, and waits to be let go. */
void block(void *argument);

/* The same, and counts once more, with another sign. */
void block_twice(void *argument);

/* A timer that calls one of them, or another function; its destructor counts, and gives a sign. */
gt_timer start(int64_t duration, void (*function)(void *), unsigned flags);

void await_signs(int signs);
void let_go(int callbacks);

#endif
