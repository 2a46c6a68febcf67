/*
 * story.c - the experiments of the story that timerleak began with, in C:
 *
 *     story creations  after|stop        a million: ns and allocations of each, megabytes they
 * leave story concurrent after|pool        100,000 at once, twice: allocations and megabytes of
 * each time story pending    after|stop        10,000 of five seconds: kilobytes after 0, 1 ... 6
 * seconds story users      after|pool COUNT  so many at once, 500,000 timeouts in all: ns and
 * allocations of each, megabytes they leave, collections a second (none)
 *
 * "after" makes a gt_after() that nobody receives, "stop" a timer that is stopped and freed, "pool"
 * takes one from the pool and puts it back. Memory is what grew of the resident set. story.go
 * prints the same for Go.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "allocations.h"
#include "gotime/gotime.h"
#include "resident.h"

#include "../timing.h"

#define CREATIONS 1000000
#define CONCURRENT 100000
#define PENDING 10000
#define TIMEOUTS 500000
#define MOST_USERS 10000
#define USER_STACK 65536
#define LONG_ENOUGH (3 * GT_MINUTE)

/* Since the last ones. */
struct figures {
    uint64_t time, allocations;
    double resident;
};

static struct figures figures_now(void)
{
    return (struct figures){timing_now(), __atomic_load_n(&allocations, __ATOMIC_RELAXED),
                            resident_bytes()};
}

static void per_operation_print(const struct figures *before, uint64_t operations)
{
    struct figures after = figures_now();

    printf("%.1f %.3f %.1f", (double)(after.time - before->time) / (double)operations,
           (double)(after.allocations - before->allocations) / (double)operations,
           (after.resident - before->resident) / 1e6);
}

/* Starts the library, which is not what is measured. */
static void library_start(void)
{
    gt_timer timer = gt_timer_pool_get(LONG_ENOUGH);

    check(timer.handle != 0, "gt_timer_pool_get");
    gt_timer_pool_put(timer);
    check(gt_after(GT_NANOSECOND).handle != 0, "gt_after");
}

static void timer_use(bool after, int64_t duration)
{
    gt_timer timer;

    if (after) {
        check(gt_after(duration).handle != 0, "gt_after");
        return;
    }
    timer = gt_timer_new(duration);
    gt_timer_stop(timer);
    gt_timer_free(timer);
}

static void creations(bool after)
{
    struct figures before = figures_now();

    for (int i = 0; i < CREATIONS; i++)
        timer_use(after, LONG_ENOUGH);
    per_operation_print(&before, CREATIONS);
}

static void concurrent(bool after)
{
    static gt_timer timers[CONCURRENT];

    memset(timers, 1, sizeof(timers)); /* resident before anything is measured */
    for (int wave = 0; wave < 2; wave++) {
        struct figures before = figures_now(), now;

        for (int i = 0; i < CONCURRENT; i++) {
            if (after)
                gt_after(LONG_ENOUGH);
            else
                timers[i] = gt_timer_pool_get(LONG_ENOUGH);
        }
        for (int i = 0; !after && i < CONCURRENT; i++)
            gt_timer_pool_put(timers[i]);
        now = figures_now();
        printf("%llu %.1f ", (unsigned long long)(now.allocations - before.allocations),
               (now.resident - before.resident) / 1e6);
    }
}

static void pending(bool after)
{
    double before;

    sleep(1); /* the library's threads have begun */
    before = resident_bytes();
    for (int i = 0; i < PENDING; i++)
        timer_use(after, 5 * GT_SECOND);
    for (int second = 0; second <= 6; second++) {
        printf("%.0f ", (resident_bytes() - before) / 1e3);
        sleep(second < 6);
    }
}

/* ---- users ---- */

static pthread_barrier_t ready;
static int rounds;

/* Holds a timer while others run. */
static void user_round(bool after)
{
    gt_timer timer = {0};

    if (after)
        gt_after(LONG_ENOUGH);
    else
        timer = gt_timer_pool_get(LONG_ENOUGH);
    sched_yield();
    if (!after)
        gt_timer_pool_put(timer);
}

static void *user_run(void *after)
{
    user_round(after != NULL);
    pthread_barrier_wait(&ready);
    for (int i = 0; i < rounds; i++)
        user_round(after != NULL);
    pthread_barrier_wait(&ready);
    return NULL;
}

static void users(bool after, unsigned count)
{
    static pthread_t threads[MOST_USERS];
    struct figures before;
    pthread_attr_t small;

    check(count >= 1 && count <= MOST_USERS, "the number of users");
    rounds = TIMEOUTS / (int)count;
    pthread_barrier_init(&ready, NULL, count + 1);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, USER_STACK);
    for (unsigned i = 0; i < count; i++)
        check(!pthread_create(&threads[i], &small, user_run, after ? &ready : NULL),
              "pthread_create");
    pthread_barrier_wait(&ready);
    before = figures_now();
    pthread_barrier_wait(&ready);
    per_operation_print(&before, TIMEOUTS);
    printf(" 0");
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    bool after = argc > 2 && !strcmp(argv[2], "after");

    if (argc < 3) {
        fprintf(stderr, "usage: %s EXPERIMENT after|stop|pool [COUNT]\n", argv[0]);
        return 2;
    }
    library_start();
    if (!strcmp(argv[1], "creations"))
        creations(after);
    else if (!strcmp(argv[1], "concurrent"))
        concurrent(after);
    else if (!strcmp(argv[1], "pending"))
        pending(after);
    else if (!strcmp(argv[1], "users") && argc > 3)
        users(after, (unsigned)atoi(argv[3]));
    printf("\n");
    return 0;
}
