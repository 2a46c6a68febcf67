/*
 * Threads create, arm, re-arm, read, duplicate and release timers of all families at random, with
 * some of them live at any moment. Then they rest, with what is live, until standard input ends.
 *
 *     churn_all_families [THREADS [MILLISECONDS]]
 *
 * The tests kill it at random moments, and hold its recording beside the kernel's list.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

#define HELD 8 /* timers of each kind that a thread keeps live */

struct worker {
    pthread_t thread;
    unsigned seed;
    int number;
    int fds[HELD];
    timer_t timers[HELD];
    char has_timer[HELD];
};

static atomic_int stop;
static pthread_barrier_t resting;

static struct itimerspec some_time(struct worker *worker)
{
    switch (rand_r(&worker->seed) % 4) {
    case 0:
        return once(1);
    case 1:
        return every(2);
    case 2:
        return once(0);
    default:
        return once(AN_HOUR);
    }
}

static void nothing(union sigval value)
{
    (void)value;
}

static void turn_timer(struct worker *worker, int slot)
{
    struct sigevent kinds[] = {
        {.sigev_notify = SIGEV_NONE},
        {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1},
        {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = nothing},
    };
    int kind = rand_r(&worker->seed) % 32;
    if (worker->has_timer[slot])
        fail_if(timer_delete(worker->timers[slot]), "timer_delete");
    // expect: posix clean
    fail_if(timer_create(CLOCK_MONOTONIC, &kinds[kind < 2 ? kind + 1 : 0], &worker->timers[slot]),
            "timer_create");
    worker->has_timer[slot] = 1;
    arm_timer(worker->timers[slot], some_time(worker));
    if (rand_r(&worker->seed) % 4 == 0)
        arm_timer(worker->timers[slot], some_time(worker));
}

static void turn_descriptor(struct worker *worker, int slot)
{
    if (worker->fds[slot] >= 0)
        close(worker->fds[slot]);
    // expect: timerfd clean
    worker->fds[slot] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    arm_timerfd(worker->fds[slot], some_time(worker));
    if (rand_r(&worker->seed) % 4 == 0)
        expirations(worker->fds[slot]);
    if (rand_r(&worker->seed) % 8 == 0) {
        int copy = dup(worker->fds[slot]);
        close(worker->fds[slot]);
        worker->fds[slot] = copy;
    }
}

/* A process has one interval timer of a kind: it belongs to the first worker. */
static void turn_interval_timer(struct worker *worker)
{
    struct itimerval rest = {{0, 0}, {0, 0}}, hour = {{0, 0}, {3600, 0}};
    // expect: itimer clean
    setitimer(ITIMER_REAL, rand_r(&worker->seed) % 2 ? &hour : &rest, NULL);
}

static void release_all(struct worker *worker)
{
    for (int slot = 0; slot < HELD; slot++) {
        if (worker->fds[slot] >= 0)
            close(worker->fds[slot]);
        if (worker->has_timer[slot])
            timer_delete(worker->timers[slot]);
    }
    if (worker->number == 0)
        alarm(0);
}

static void *work(void *of)
{
    struct worker *worker = of;
    while (!stop) {
        int slot = rand_r(&worker->seed) % HELD;
        turn_timer(worker, slot);
        turn_descriptor(worker, slot);
        if (worker->number == 0)
            turn_interval_timer(worker);
    }
    pthread_barrier_wait(&resting); /* nobody is at work any more */
    pthread_barrier_wait(&resting); /* main has seen enough */
    release_all(worker);
    return NULL;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 2, ms = argc > 2 ? atoi(argv[2]) : 30;
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    char byte;
    signal(SIGUSR1, SIG_IGN);
    signal(SIGALRM, SIG_IGN);
    pthread_barrier_init(&resting, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        workers[i].number = i;
        workers[i].seed = (unsigned)i + 1;
        memset(workers[i].fds, -1, sizeof workers[i].fds);
        fail_if(pthread_create(&workers[i].thread, NULL, work, &workers[i]), "pthread_create");
    }
    let_pass(ms);
    stop = 1;
    pthread_barrier_wait(&resting);
    printf("resting\n");
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        continue;
    pthread_barrier_wait(&resting);
    for (int i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
    return 0;
}
