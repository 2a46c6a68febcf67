/*
 * executor.h - the threads that run callbacks, a bounded number of them. One gets up for what is
 * posted at once, and others, while there are processors for them, when that takes it longer than
 * waking one; more come when what waits does not get its turn, because those that run block.
 */
#ifndef GOTIME_EXECUTOR_H
#define GOTIME_EXECUTOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where callbacks wait to be run: a shard's, or the scheduler's. It may have taken some back
 * meanwhile; then run() finds less than was posted.
 */
struct source {
    void (*run)(
        struct source *source); /* the one that has waited longest, if any; no lock is held */
    struct source *next;
    size_t posted; /* under the executor's lock */
};

/* A thread of the library's: all signals are blocked in it. 0 or a negative errno. */
int thread_make(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

/* So many more callbacks wait there. From the thread that fires timers, without the shard's lock.
 */
void executor_post(struct source *source, size_t callbacks);

/* Runs all that is posted in this thread: under the mock clock. */
void executor_drain(void);

/* Whether this thread runs a callback or a task. */
bool executor_inside(void);

/*
 * To be called by the engine from time to time, as it says: starts more threads if need be. The
 * time at which to call again; INT64_MAX: only after the next post.
 */
int64_t executor_supervise(int64_t now);

/* Ends the threads, after what they run; what is posted and did not begin is forgotten. */
void executor_end(void);

/* For fork, as of struct part (parts.h). */
void executor_lock(void);
void executor_unlock(void);
void executor_renew(void);

#endif
