/* Threads start, reset and stop tasks, which see to it that they never overlap or outlive a stop.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "gotime/gotime.h"
#include "gotime/parts.h"

#define THREADS 4
#define ROUNDS 300
#define TASKS 20

struct watched {
    gt_task task;
    int inside;
    bool stopped;
};

static long failures, runs;

static void check(bool right)
{
    if (!right)
        __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
}

static void run(void *argument)
{
    struct watched *watched = argument;

    check(__atomic_fetch_add(&watched->inside, 1, __ATOMIC_ACQ_REL) == 0);
    check(!watched->stopped); /* no atomic: stop is to come after all of the run */
    if (__atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED) % 16 == 0)
        gt_sleep(100 * GT_MICROSECOND);
    __atomic_fetch_sub(&watched->inside, 1, __ATOMIC_ACQ_REL);
}

static void stop(struct watched *watched)
{
    check(gt_scheduler_stop(watched->task) == 0);
    watched->stopped = true;
    check(gt_scheduler_reset(watched->task, GT_HOUR) == -ESTALE);
}

static void *start_and_stop(void *argument)
{
    static struct watched watched[THREADS][TASKS];
    unsigned *seed = argument, thread = *seed;

    for (int i = 0; i < ROUNDS; i++) {
        for (int task = 0; task < TASKS; task++) {
            watched[thread][task].stopped = false;
            watched[thread][task].task = gt_scheduler_start(
                (1 + rand_r(seed) % 300) * GT_MICROSECOND, run, &watched[thread][task]);
            check(watched[thread][task].task.handle != 0);
        }
        gt_sleep(rand_r(seed) % 500 * GT_MICROSECOND);
        for (int task = 0; task < TASKS; task++) {
            if (rand_r(seed) % 2)
                check(gt_scheduler_reset(watched[thread][task].task, GT_MICROSECOND) == 0);
            stop(&watched[thread][task]);
        }
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];
    const char *wrong;

    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i;
        pthread_create(&threads[i], NULL, start_and_stop, &seeds[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    wrong = scheduler_check();
    check(!wrong);
    check(gt_shutdown() == 0);
    printf("%ld runs, %ld failures%s%s\n", runs, failures, wrong ? ": " : "", wrong ? wrong : "");
    return failures != 0 || runs == 0;
}
