#include "engine.h"

#include <errno.h>
#include <sys/prctl.h>

#include "clock.h"
#include "executor.h"
#include "fire.h"

#define REST_NS 200000
#define FIRE_NS 50000 /* what each may have of the engine's time, or they come too fast */

uint32_t engine_state;

static struct mutex starting; /* taken alone, but by fork */
static pthread_t thread;
static __thread bool is_engine;

static uint32_t signal;                  /* a futex: changes when the engine is to look again */
static int64_t asleep_until = INT64_MIN; /* atomic; INT64_MIN: awake */

/* Under the mock clock all wait for somebody else. */
static int64_t earliest_wake(void)
{
    uint32_t used = __atomic_load_n(&shards_used, __ATOMIC_SEQ_CST);
    int64_t next = INT64_MAX;

    for (uint32_t i = 0; i < used && !clock_mocked(); i++)
        if (shard_wake(&shards[i]) < next)
            next = shard_wake(&shards[i]);
    return next;
}

/*
 * Whether timers come so fast that waking up for each would cost more than all else: on the average
 * of some rests, so that a few that are due together, or one ticker, are served to the instant.
 */
static bool engine_is_crowded(int64_t now, unsigned fired)
{
    static int64_t booked; /* until when the fires so far may take */

    booked = (booked > now ? booked : now) + (int64_t)fired * FIRE_NS;
    if (booked > now + 2 * REST_NS)
        booked = now + 2 * REST_NS;
    return booked > now + REST_NS;
}

/*
 * Says until when it will sleep, and then looks once more, while who starts a timer says when the
 * shard is to be served, and then looks whether the engine sleeps for longer: one of both sees the
 * other, and a shard that has just come to be used. In a crowd it rests, and serves together what
 * is due by then.
 */
static void engine_sleep(uint32_t seen, unsigned fired)
{
    int64_t now = clock_monotonic(), next = executor_supervise(now);

    if (earliest_wake() < next)
        next = earliest_wake();
    if (engine_is_crowded(now, fired) && next > now && next < now + REST_NS) {
        futex_wait_until(&signal, seen, now + REST_NS);
        return;
    }
    __atomic_store_n(&asleep_until, next, __ATOMIC_SEQ_CST);
    if (next > now && earliest_wake() >= next)
        futex_wait_until(&signal, seen, next);
    __atomic_store_n(&asleep_until, INT64_MIN, __ATOMIC_SEQ_CST);
}

/* Serves each shard that is due, by turns. How many timers have fired. */
static unsigned engine_serve(void)
{
    uint32_t used = __atomic_load_n(&shards_used, __ATOMIC_ACQUIRE);
    bool mocked = clock_mocked();
    unsigned fired = 0;

    for (uint32_t i = 0; i < used && !mocked; i++) {
        int64_t now = clock_monotonic();

        if (shard_wake(&shards[i]) <= now)
            fired += shard_fire(&shards[i], now, mocked);
    }
    return fired;
}

static bool engine_goes_on(uint32_t *seen)
{
    *seen = __atomic_load_n(&signal, __ATOMIC_SEQ_CST); /* first: the end is followed by a signal */
    return __atomic_load_n(&engine_state, __ATOMIC_ACQUIRE) == ENGINE_RUNS;
}

static void *engine_main(void *unused)
{
    uint32_t seen;

    is_engine = true;
    prctl(PR_SET_TIMERSLACK, 1);
    while (engine_goes_on(&seen))
        engine_sleep(seen, engine_serve());
    return unused;
}

static void engine_signal(void)
{
    __atomic_fetch_add(&signal, 1, __ATOMIC_SEQ_CST);
    futex_wake(&signal, 1);
}

int engine_start(void)
{
    int error = 0;

    mutex_take(&starting);
    if (engine_state == ENGINE_ENDS)
        error = -ESHUTDOWN;
    else if (engine_state == ENGINE_NONE) {
        __atomic_store_n(&engine_state, ENGINE_RUNS, __ATOMIC_RELEASE);
        error = thread_make(&thread, "gotime", engine_main, NULL);
        if (error)
            __atomic_store_n(&engine_state, ENGINE_NONE, __ATOMIC_RELEASE);
    }
    mutex_give(&starting);
    return error;
}

void engine_notice(int64_t deadline)
{
    if (deadline < __atomic_load_n(&asleep_until, __ATOMIC_SEQ_CST))
        engine_signal();
}

void engine_end(void)
{
    mutex_take(&starting);
    uint32_t before = __atomic_exchange_n(&engine_state, ENGINE_ENDS, __ATOMIC_SEQ_CST);
    mutex_give(&starting);
    if (before != ENGINE_RUNS)
        return;
    engine_signal();
    pthread_join(thread, NULL);
}

void engine_release(void)
{
    __atomic_store_n(&engine_state, ENGINE_NONE, __ATOMIC_RELEASE);
}

void engine_lock(void)
{
    mutex_take(&starting);
}

void engine_unlock(void)
{
    mutex_give(&starting);
}

/* A callback may fork: then the child's one thread is the engine, when it has returned. */
void engine_renew(void)
{
    engine_state = is_engine ? ENGINE_RUNS : ENGINE_NONE;
    asleep_until = INT64_MIN;
    starting = (struct mutex){0};
}
