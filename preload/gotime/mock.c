/* The mock clock, and sleeping by whichever clock there is. */
#include "gotime.h"

#include <errno.h>
#include <time.h>

#include "clock.h"
#include "engine.h"
#include "executor.h"
#include "fire.h"
#include "parts.h"
#include "timer.h"

static uint32_t advancing; /* a futex: 1 while somebody advances the clock */

/* ---- which clock ---- */

/* While nothing depends on it. */
static int clock_switch(bool mocked, int64_t now)
{
    int error = 0;

    shards_lock();
    if (mock_clock.mocked == mocked)
        error = mocked ? -EBUSY : 0;
    else if (shards_waiting() || shards_ready())
        error = -EBUSY;
    else {
        mock_clock.now = now;
        __atomic_store_n(&mock_clock.mocked, mocked, __ATOMIC_RELEASE);
        shards_begin(now);
    }
    shards_unlock();
    return error;
}

int gt_clock_mock(int64_t now)
{
    return clock_switch(true, now < CLOCK_END ? now : CLOCK_END);
}

/* Timers that were made under the mock clock may be reset: then the engine has to be there. */
int gt_clock_real(void)
{
    int error = engine_ready();

    return error ? error : clock_switch(false, clock_monotonic());
}

/* ---- advancing ---- */

static void advance_begin(void)
{
    while (__atomic_exchange_n(&advancing, 1, __ATOMIC_ACQUIRE))
        futex_wait(&advancing, 1);
}

static void advance_end(void)
{
    __atomic_store_n(&advancing, 0, __ATOMIC_RELEASE);
    futex_wake(&advancing, 1);
}

/* The shard that has the earliest deadline, or a sign of one, up to `end`. */
static struct shard *shard_earliest(int64_t end, int64_t *deadline)
{
    uint32_t used = __atomic_load_n(&shards_used, __ATOMIC_ACQUIRE);
    struct shard *earliest = NULL;

    *deadline = end;
    for (uint32_t i = 0; i < used; i++) {
        int64_t wake = shard_wake(&shards[i]);

        if (wake > *deadline || (earliest && wake == *deadline))
            continue;
        *deadline = wake;
        earliest = &shards[i];
    }
    return earliest;
}

static void clock_set(int64_t now)
{
    if (now > mock_clock.now)
        __atomic_store_n(&mock_clock.now, now, __ATOMIC_RELEASE);
}

/* Each at its own time: so all that is due at once is due at the same deadline. */
static void advance_to(int64_t end)
{
    int64_t deadline;
    struct shard *shard;

    while ((shard = shard_earliest(end, &deadline))) {
        clock_set(deadline);
        shard_fire(shard, mock_clock.now, true);
        executor_drain();
    }
    clock_set(end);
}

int gt_clock_mock_advance(int64_t duration)
{
    if (executor_inside())
        return -EDEADLK;
    if (duration < 0 || !clock_mocked())
        return -EINVAL;
    advance_begin();
    int64_t end = clock_after(mock_clock.now, duration);
    advance_to(end < CLOCK_END ? end : CLOCK_END);
    advance_end();
    return 0;
}

/* ---- who waits ---- */

size_t gt_clock_mock_waiting(void)
{
    shards_lock();
    size_t waiting = shards_waiting();
    shards_unlock();
    return waiting;
}

int gt_clock_mock_await(size_t waiting)
{
    uint32_t seen = __atomic_load_n(&mock_clock.arrivals, __ATOMIC_ACQUIRE);

    if (!clock_mocked())
        return -EINVAL;
    while (gt_clock_mock_waiting() < waiting) {
        futex_wait(&mock_clock.arrivals, seen);
        seen = __atomic_load_n(&mock_clock.arrivals, __ATOMIC_ACQUIRE);
    }
    return 0;
}

/* ---- sleeping ---- */

/* By its address alone: the sleeper may be gone as soon as it sees the 1. */
static void sleep_end(void *over)
{
    __atomic_store_n((uint32_t *)over, 1, __ATOMIC_RELEASE);
    futex_wake(over, 1);
}

static void sleep_mocked(int64_t deadline)
{
    uint32_t over = 0;
    gt_timer timer = timer_internal(deadline, sleep_end, &over);

    while (timer.handle && !__atomic_load_n(&over, __ATOMIC_ACQUIRE))
        futex_wait(&over, 0);
    gt_timer_free(timer);
}

void gt_sleep(int64_t duration)
{
    int64_t deadline = clock_after(clock_now(), duration);
    struct timespec until = {deadline / GT_SECOND, deadline % GT_SECOND};

    if (duration <= 0)
        return;
    if (clock_mocked())
        sleep_mocked(deadline);
    else
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            continue;
}

/* The child's one thread may be the one that advances the clock, in a callback. */
void mock_renew(void)
{
    if (!executor_inside())
        advancing = 0;
}

void mock_end(void)
{
    mock_clock.mocked = 0;
}
