#include "crew.h"

#include <criterion/criterion.h>
#include <time.h>

#define STACK (128 << 10)

void crew_start(struct crew *crew, size_t count, void *(*run)(void *argument), void *arguments,
                size_t size)
{
    pthread_attr_t small;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    for (crew->count = 0; crew->count < count; crew->count++)
        cr_assert_eq(pthread_create(&crew->threads[crew->count], &small, run,
                                    (char *)arguments + crew->count * size),
                     0);
    pthread_attr_destroy(&small);
}

void crew_join(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        pthread_join(crew->threads[i], NULL);
}

static size_t queue_length(const struct queue *queue)
{
    const struct waiter *waiter = queue->first;
    size_t length = 0;

    for (; waiter && (length == 0 || waiter != queue->first); waiter = waiter->next)
        length++;
    return length;
}

void queue_await(struct queue *queue, struct mutex *lock, size_t waiting)
{
    const struct timespec moment = {0, 1000000};
    size_t length;

    for (;;) {
        mutex_take(lock);
        length = queue_length(queue);
        mutex_give(lock);
        if (length == waiting)
            return;
        nanosleep(&moment, NULL);
    }
}
