/*
 * crew.h - threads that are started together, with small stacks, as there may be thousands.
 */
#ifndef CREW_H
#define CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "gotime/mutex.h"
#include "gotime/waiter.h"

#define CREW_MOST 2000

struct crew {
    pthread_t threads[CREW_MOST];
    size_t count;
};

/* Each gets an element of its own of `arguments`, which are `size` bytes apart. */
void crew_start(struct crew *crew, size_t count, void *(*run)(void *argument), void *arguments,
                size_t size);
void crew_join(struct crew *crew);

/* Returns when so many stand in the queue. */
void queue_await(struct queue *queue, struct mutex *lock, size_t waiting);

#endif
