#include "executor.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "cells.h"
#include "clock.h"
#include "gotime.h"
#include "mutex.h"

#define LIMIT 64
#define PATIENCE_NS 100000 /* how long what is posted waits before more threads come */
#define RETRY_NS 10000000  /* when there was none to be had */

struct worker {
    pthread_t thread;
    struct worker *next;
};

/* All but `posted`, which is read without it, under the lock. */
static struct executor {
    struct mutex lock;
    struct source *first, *last; /* those where something is posted, by turns */
    size_t posted;               /* in all of them; atomic */
    unsigned limit;              /* of those that run at once; 0: LIMIT */
    unsigned threads, idle;      /* idle: sleep, and were not woken */
    unsigned busy;               /* run something now */
    unsigned woken;              /* may get up */
    uint64_t taken;              /* callbacks so far */
    bool ends;
    struct worker *workers;
    uint32_t signal; /* a futex: changes when somebody may get up */
    struct {
        uint64_t taken, known; /* and then: with what was posted */
        int64_t since;
    } seen; /* by the supervisor */
} executor;

static __thread struct worker *me;

int thread_make(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!error)
        pthread_setname_np(*thread, name);
    return -error;
}

static unsigned executor_limit(void)
{
    return executor.limit ? executor.limit : LIMIT;
}

/* ---- taking: under the lock ---- */

static void source_append(struct source *source)
{
    source->next = NULL;
    *(executor.first ? &executor.last->next : &executor.first) = source;
    executor.last = source;
}

/* Each source gets its turn, whatever the others have posted. */
static struct source *source_take(void)
{
    struct source *source = executor.first;

    if (!source)
        return NULL;
    executor.first = source->next;
    if (--source->posted)
        source_append(source);
    __atomic_store_n(&executor.posted, executor.posted - 1, __ATOMIC_RELAXED);
    executor.taken++;
    return source;
}

static void executor_signal(int sleepers)
{
    __atomic_fetch_add(&executor.signal, 1, __ATOMIC_RELEASE);
    futex_wake(&executor.signal, sleepers);
}

/* ---- threads ---- */

static void worker_sleep(void)
{
    executor.idle++;
    while (!executor.woken && !executor.ends) {
        uint32_t seen = __atomic_load_n(&executor.signal, __ATOMIC_ACQUIRE);

        mutex_give(&executor.lock);
        futex_wait(&executor.signal, seen);
        mutex_take(&executor.lock);
    }
    if (executor.woken)
        executor.woken--;
}

/* One of the source, as a callback, in this thread. */
static void executor_run(struct source *source)
{
    bool before = local.busy;

    local.busy = true;
    source->run(source);
    local.busy = before;
}

static void *worker_main(void *argument)
{
    me = argument;
    mutex_take(&executor.lock);
    while (!executor.ends) {
        struct source *source = executor.busy < executor_limit() ? source_take() : NULL;

        if (!source) {
            worker_sleep();
            continue;
        }
        executor.busy++;
        mutex_give(&executor.lock);
        executor_run(source);
        mutex_take(&executor.lock);
        executor.busy--;
    }
    mutex_give(&executor.lock);
    return NULL;
}

/* The thread is counted already: others see how many are coming. */
static bool worker_start(void)
{
    struct worker *worker = malloc(sizeof(*worker));
    bool failed =
        !worker || thread_make(&worker->thread, "gotime-callback", worker_main, worker) < 0;

    mutex_take(&executor.lock);
    if (failed) {
        executor.threads--;
    } else {
        worker->next = executor.workers;
        executor.workers = worker;
    }
    mutex_give(&executor.lock);
    if (failed)
        free(worker);
    return !failed;
}

static unsigned fewer_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* So many more threads to work: those that sleep, then new ones. Gives the lock back. */
static bool executor_grow(unsigned wanted)
{
    unsigned wake = fewer_of(wanted, executor.idle), limit = executor_limit();
    unsigned start =
        executor.threads < limit ? fewer_of(wanted - wake, limit - executor.threads) : 0;
    bool started = true;

    executor.idle -= wake;
    executor.woken += wake;
    executor.threads += start;
    mutex_give(&executor.lock);
    if (wake)
        executor_signal((int)wake);
    while (start > 0 && started) {
        start--;
        started = worker_start();
    }
    if (start > 0) {
        mutex_take(&executor.lock);
        executor.threads -= start;
        mutex_give(&executor.lock);
    }
    return started;
}

/* ---- posting ---- */

static unsigned executor_processors(void)
{
    static unsigned known;
    unsigned count = __atomic_load_n(&known, __ATOMIC_RELAXED);
    cpu_set_t set;

    if (!count) {
        count = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
        __atomic_store_n(&known, count, __ATOMIC_RELAXED);
    }
    return count;
}

/* Whether one more thread is of use at once, whatever those that work do. */
static bool processor_is_free(void)
{
    return executor.threads - executor.idle < executor_processors();
}

/* Under the mock clock, who advances it drains the sources. */
void executor_post(struct source *source, size_t callbacks)
{
    mutex_take(&executor.lock);
    if (!source->posted)
        source_append(source);
    source->posted += callbacks;
    __atomic_store_n(&executor.posted, executor.posted + callbacks, __ATOMIC_RELAXED);
    executor_grow(!clock_mocked() && processor_is_free());
}

/* Some that were posted when it last looked still wait, and none was taken since, or there is a
 * processor for one more thread. */
static bool turns_are_slow(void)
{
    return executor.taken < executor.seen.known &&
           (executor.taken == executor.seen.taken || processor_is_free());
}

int64_t executor_supervise(int64_t now)
{
    int64_t next = now + PATIENCE_NS;

    if (!__atomic_load_n(&executor.posted, __ATOMIC_RELAXED) || clock_mocked())
        return INT64_MAX;
    mutex_take(&executor.lock);
    if (executor.busy >= executor_limit() || executor.posted <= executor.woken) {
        next = INT64_MAX; /* who has ended one, or gets up, takes the next */
    } else if (!turns_are_slow()) {
        executor.seen.taken = executor.taken;
        executor.seen.known = executor.taken + executor.posted;
        executor.seen.since = now;
    } else if (now - executor.seen.since >= PATIENCE_NS) {
        executor.seen.since = now;
        return executor_grow(1) ? next : now + RETRY_NS;
    }
    mutex_give(&executor.lock);
    return next;
}

int gt_executor_limit(unsigned threads)
{
    if (threads == 0)
        return -EINVAL;
    mutex_take(&executor.lock);
    executor.limit = threads;
    executor_grow(clock_mocked() ? 0 : fewer_of(threads, (unsigned)executor.posted));
    return 0;
}

/* ---- running ---- */

bool executor_inside(void)
{
    return local.busy || local.running;
}

void executor_drain(void)
{
    struct source *source;

    do {
        mutex_take(&executor.lock);
        source = source_take();
        mutex_give(&executor.lock);
        if (source)
            executor_run(source);
    } while (source);
}

/* ---- the end, and fork ---- */

static void sources_forget(void)
{
    for (struct source *source = executor.first; source; source = source->next)
        source->posted = 0;
}

void executor_end(void)
{
    struct worker *worker, *next;

    mutex_take(&executor.lock);
    executor.ends = true;
    mutex_give(&executor.lock);
    executor_signal(INT_MAX);
    for (worker = executor.workers; worker; worker = next) {
        next = worker->next;
        pthread_join(worker->thread, NULL);
        free(worker);
    }
    sources_forget();
    executor = (struct executor){.limit = executor.limit};
}

void executor_lock(void)
{
    mutex_take(&executor.lock);
}

void executor_unlock(void)
{
    mutex_give(&executor.lock);
}

/* A callback may fork: then the child's one thread is the only worker, when it has returned. */
void executor_renew(void)
{
    struct worker *worker, *next;

    for (worker = executor.workers; worker; worker = next) {
        next = worker->next;
        if (worker != me)
            free(worker);
    }
    if (me)
        me->next = NULL;
    sources_forget();
    executor = (struct executor){
        .limit = executor.limit, .workers = me, .threads = me != NULL, .busy = me != NULL};
}
