/*
 * timing.h - times an operation in the process itself, so that its start and end don't count.
 */
#ifndef TIMERLEAK_BENCH_TIMING_H
#define TIMERLEAK_BENCH_TIMING_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST_THREADS 64
#define MOST_BATCHES 16384
#define FEWEST_BATCHES 50 /* or their median is that of a few that were disturbed */

static inline uint64_t timing_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void check(int succeeded, const char *what)
{
    if (!succeeded) {
        perror(what);
        exit(1);
    }
}

/*
 * How long each batch of operations took. Their median is what one takes: it leaves out what
 * happens to a few of them, such as another process being given the processor.
 */
struct timing {
    uint64_t spent;
    unsigned count;
    uint64_t batches[MOST_BATCHES];
};

static inline void timing_add(struct timing *timing, uint64_t ns)
{
    timing->spent += ns;
    timing->batches[timing->count++] = ns;
}

static inline int timing_goes_on(const struct timing *timing, uint64_t duration)
{
    return timing->count < FEWEST_BATCHES ||
           (timing->spent < duration && timing->count < MOST_BATCHES);
}

static inline int timing_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* Nanoseconds per operation. */
static inline double timing_median(struct timing *timing, unsigned batch)
{
    qsort(timing->batches, timing->count, sizeof(*timing->batches), timing_compare);
    return (double)timing->batches[timing->count / 2] / batch;
}

/* Runs the work of one thread; returns nanoseconds per operation. */
typedef double timing_work(void);

struct timing_thread {
    timing_work *work;
    pthread_barrier_t *start;
    double result;
};

static void *timing_thread_run(void *argument)
{
    struct timing_thread *thread = (struct timing_thread *)argument;

    pthread_barrier_wait(thread->start);
    thread->result = thread->work();
    return NULL;
}

/* The mean of so many threads that work at once. */
static inline double timing_threads(timing_work *work, unsigned count)
{
    struct timing_thread threads[MOST_THREADS];
    pthread_t handles[MOST_THREADS];
    pthread_barrier_t start;
    double sum = 0;

    pthread_barrier_init(&start, NULL, count);
    for (unsigned i = 0; i < count; i++) {
        threads[i].work = work;
        threads[i].start = &start;
        check(!pthread_create(&handles[i], NULL, timing_thread_run, &threads[i]), "pthread_create");
    }
    for (unsigned i = 0; i < count; i++) {
        pthread_join(handles[i], NULL);
        sum += threads[i].result;
    }
    return sum / count;
}

#endif
