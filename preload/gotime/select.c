/* Waiting for the first of several channels. */
#include "end.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "clock.h"
#include "timer.h"

#define CASES_INLINE 16

struct place {
    struct end end;
    struct waiter waiter;
};

struct selection {
    struct gt_case *cases;
    size_t count;
    struct place *places; /* one for each case */
    uint32_t *order;      /* indices, to be shuffled */
    struct mutex **locks; /* in the order of their addresses, each once */
    size_t mutex_count;
};

/* Marsaglia's xorshift. */
static uint32_t random_below(size_t limit)
{
    static __thread uint32_t state;

    if (!state)
        state = (uint32_t)((uintptr_t)&state >> 4) | 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (uint32_t)((uint64_t)state * limit >> 32);
}

/* Shell's sort: as good as any for two, and good enough for thousands. */
static void locks_sort(struct mutex **locks, size_t count)
{
    for (size_t gap = count / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < count; i++) {
            struct mutex *lock = locks[i];
            size_t at = i;

            for (; at >= gap && locks[at - gap] > lock; at -= gap)
                locks[at] = locks[at - gap];
            locks[at] = lock;
        }
}

static size_t locks_unique(struct mutex **locks, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (kept == 0 || locks[i] != locks[kept - 1])
            locks[kept++] = locks[i];
    return kept;
}

static int selection_find(struct selection *selection)
{
    size_t locks = 0;

    for (size_t i = 0; i < selection->count; i++) {
        const struct gt_case *one = &selection->cases[i];
        struct end *end = &selection->places[i].end;
        int result = end_find(end, one->chan, one->direction);

        if (result < 0)
            return result;
        if (end->lock)
            selection->locks[locks++] = end->lock;
        selection->order[i] = (uint32_t)i;
    }
    locks_sort(selection->locks, locks);
    selection->mutex_count = locks_unique(selection->locks, locks);
    return 0;
}

static void selection_lock(const struct selection *selection)
{
    for (size_t i = 0; i < selection->mutex_count; i++)
        mutex_take(selection->locks[i]);
}

static void selection_unlock(const struct selection *selection)
{
    for (size_t i = selection->mutex_count; i-- > 0;)
        mutex_give(selection->locks[i]);
}

/* All are looked at before one is chosen: a stale one is told whatever the others would do. */
static int selection_open(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        int result = end_open(&selection->places[i].end);

        if (result < 0)
            return result;
    }
    return 0;
}

/* In an order that is shuffled as it is needed, so that each that is ready is equally likely. */
static int selection_try(struct selection *selection, struct wake_list *to_wake)
{
    uint32_t *order = selection->order;

    for (size_t tried = 0; tried < selection->count; tried++) {
        size_t drawn = tried + random_below(selection->count - tried);
        uint32_t index = order[drawn];
        struct gt_case *one = &selection->cases[index];
        int result = end_try(&selection->places[index].end, one->element, to_wake);

        order[drawn] = order[tried];
        if (result != -EAGAIN) {
            one->result = result;
            return (int)index;
        }
    }
    return -EAGAIN;
}

static void selection_enter(struct selection *selection, struct sleeper *sleeper)
{
    for (size_t i = 0; i < selection->count; i++) {
        struct place *place = &selection->places[i];

        place->waiter.queue = NULL;
        place->waiter.sleeper = sleeper;
        place->waiter.element = selection->cases[i].element;
        if (place->end.lock)
            queue_add(end_queue(&place->end), &place->waiter);
    }
}

static void place_leave(struct place *place)
{
    if (!place->end.lock)
        return;
    mutex_take(place->end.lock);
    queue_leave(&place->waiter);
    mutex_give(place->end.lock);
}

static void selection_expire(void *sleeper)
{
    sleeper_expire(sleeper);
}

/*
 * The mock clock wakes nobody from a futex: a timer does it there. Without memory for one the
 * deadline has come, for else it never would.
 */
static struct waiter *selection_sleep_mocked(struct sleeper *sleeper, int64_t deadline)
{
    gt_timer alarm = timer_internal(deadline, selection_expire, sleeper);

    if (!alarm.handle)
        sleeper_expire(sleeper);
    struct waiter *chosen = sleeper_sleep(sleeper, INT64_MAX);
    gt_timer_stop_sync(alarm);
    gt_timer_free(alarm);
    return chosen;
}

static struct waiter *selection_sleep_for(struct sleeper *sleeper, int64_t wait)
{
    if (wait == GT_NEVER)
        return sleeper_sleep(sleeper, INT64_MAX);
    int64_t deadline = clock_after(clock_now(), wait);
    return clock_mocked() ? selection_sleep_mocked(sleeper, deadline)
                          : sleeper_sleep(sleeper, deadline);
}

static int selection_sleep(struct selection *selection, struct sleeper *sleeper, int64_t wait)
{
    const struct waiter *chosen = selection_sleep_for(sleeper, wait);
    int index = -ETIMEDOUT;

    for (size_t i = 0; i < selection->count; i++)
        if (&selection->places[i].waiter == chosen)
            index = (int)i;
        else
            place_leave(&selection->places[i]);
    if (!chosen)
        return -ETIMEDOUT;
    selection->cases[index].result = chosen->result;
    return chosen->result == -ESTALE ? -ESTALE : index;
}

static int selection_run(struct selection *selection, int64_t wait)
{
    struct wake_list to_wake = {NULL};
    struct sleeper sleeper = {SLEEPER_WAITS, NULL};
    int result = selection_find(selection);

    if (result < 0)
        return result;
    selection_lock(selection);
    result = selection_open(selection);
    if (result == 0)
        result = selection_try(selection, &to_wake);
    if (result == -EAGAIN && wait > 0)
        selection_enter(selection, &sleeper);
    selection_unlock(selection);
    wake_all(&to_wake);
    if (result == -EAGAIN && wait > 0)
        return selection_sleep(selection, &sleeper, wait);
    return result == -EAGAIN && wait == 0 ? -ETIMEDOUT : result;
}

static int select_many(struct gt_case *cases, size_t count, int64_t wait)
{
    struct selection selection = {.cases = cases, .count = count};

    if (count > INT_MAX)
        return -EINVAL;
    selection.places =
        malloc(count * (sizeof(struct place) + sizeof(struct mutex *) + sizeof(uint32_t)));
    if (!selection.places)
        return -ENOMEM;
    selection.locks = (struct mutex **)(selection.places + count);
    selection.order = (uint32_t *)(selection.locks + count);
    int result = selection_run(&selection, wait);
    free(selection.places);
    return result;
}

int select_wait(struct gt_case *cases, size_t count, int64_t wait)
{
    struct place places[CASES_INLINE];
    struct mutex *locks[CASES_INLINE];
    uint32_t order[CASES_INLINE];
    struct selection selection = {cases, count, places, order, locks, 0};

    return count <= CASES_INLINE ? selection_run(&selection, wait)
                                 : select_many(cases, count, wait);
}

int gt_select(struct gt_case *cases, size_t count)
{
    return select_wait(cases, count, GT_NEVER);
}

int gt_try_select(struct gt_case *cases, size_t count)
{
    return select_wait(cases, count, WAIT_NOT);
}

int gt_select_timeout(struct gt_case *cases, size_t count, int64_t timeout)
{
    return select_wait(cases, count, timeout > 0 ? timeout : 0);
}
