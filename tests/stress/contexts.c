/* Threads make, cancel, free and wait for contexts of the same trees, while their time runs out. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "gotime/gotime.h"
#include "gotime/timer.h"

#define THREADS 6
#define ROUNDS 20000
#define SHARED 16

static gt_ctx root, shared[SHARED];
static long failures;

static void check(bool right)
{
    if (!right)
        __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
}

static gt_ctx exchange(unsigned place, gt_ctx by)
{
    return (gt_ctx){__atomic_exchange_n(&shared[place].handle, by.handle, __ATOMIC_ACQ_REL)};
}

static gt_ctx pick(unsigned *seed)
{
    return (gt_ctx){__atomic_load_n(&shared[rand_r(seed) % SHARED].handle, __ATOMIC_ACQUIRE)};
}

/* Done or freed by somebody, or not for a moment yet. */
static void wait_briefly(gt_ctx ctx)
{
    int result = gt_chan_recv_timeout(gt_ctx_done(ctx), NULL, 20 * GT_MICROSECOND);

    check(result == -EPIPE || result == -ESTALE || result == -ETIMEDOUT);
}

static void end_one(gt_ctx ctx)
{
    int err;

    if (!ctx.handle)
        return;
    check(gt_ctx_cancel(ctx) == 0);
    err = gt_ctx_err(ctx);
    check(err == -ECANCELED || err == -ETIMEDOUT);
    check(gt_chan_try_recv(gt_ctx_done(ctx), NULL) == -EPIPE);
    check(gt_ctx_free(ctx) == 0);
    check(gt_ctx_err(ctx) == -ESTALE);
}

static void *live_and_die(void *argument)
{
    unsigned *seed = argument;

    for (int i = 0; i < ROUNDS; i++) {
        gt_ctx parent = rand_r(seed) % 3 ? pick(seed) : root;
        gt_ctx made = gt_ctx_with_timeout(parent, rand_r(seed) % 200 * GT_MICROSECOND);

        if (made.handle)
            end_one(exchange(rand_r(seed) % SHARED, made));
        if (i % 16 == 0)
            wait_briefly(pick(seed));
        if (i % 8 == 0)
            gt_ctx_cancel(pick(seed));
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];
    struct metrics_counts counts;

    root = gt_ctx_with_cancel(gt_ctx_background());
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        pthread_create(&threads[i], NULL, live_and_die, &seeds[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < SHARED; i++)
        end_one(exchange(i, (gt_ctx){0}));
    check(gt_ctx_err(root) == 0);
    check(gt_ctx_free(root) == 0);
    counts = timers_counts();
    check(counts.of[METRICS_CREATED] > 0);
    check(counts.of[METRICS_CREATED] == counts.of[METRICS_RELEASED]);
    check(gt_shutdown() == 0);
    printf("%ld failures\n", failures);
    return failures != 0;
}
