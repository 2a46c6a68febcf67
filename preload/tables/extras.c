#include "tables/extras.h"

#include "core/thread.h"
#include "tables/strings.h"

/* Of those that are free, linked in the place of the thread; as that of a lane in slots.c. */
static uint64_t head;

static struct tlk_extra *extra_at(uint32_t index)
{
    return region_place(TLK_EXTRAS, index, sizeof(struct tlk_extra), TLK_FIRST_EXTRAS);
}

static uint64_t head_changed(uint64_t before, uint32_t index)
{
    return ((before >> 32) + 1) << 32 | index;
}

static void extra_give(uint32_t index)
{
    uint64_t before = __atomic_load_n(&head, __ATOMIC_RELAXED);

    do
        __atomic_store_n(&extra_at(index)->thread, (uint32_t)before, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&head, &before, head_changed(before, index), true,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* A handler that interrupted the shim must not wait for who may have the lock. */
static uint32_t extra_make(void)
{
    bool entered = section_enter();
    uint32_t index = 0;

    if (entered ? lock_take(&catalog_lock) : lock_try(&catalog_lock)) {
        index = region_take(TLK_EXTRAS, 1);
        if (index >= TLK_EXTRA)
            index = 0;
        if (index)
            region_publish(TLK_EXTRAS, index + 1);
        lock_give(&catalog_lock);
    }
    if (entered)
        section_exit();
    return index;
}

static uint32_t extra_take(void)
{
    uint64_t before = __atomic_load_n(&head, __ATOMIC_ACQUIRE);

    while ((uint32_t)before) {
        uint32_t index = (uint32_t)before;
        uint32_t next = __atomic_load_n(&extra_at(index)->thread, __ATOMIC_RELAXED);

        if (__atomic_compare_exchange_n(&head, &before, head_changed(before, next), true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
            return index;
    }
    return extra_make();
}

/* Of two threads that do so at once, the second one's is as good. */
struct tlk_extra *extra_need(struct tlk_timer *timer)
{
    struct tlk_extra *extra = extra_of(timer);
    struct tlk_timer made = {.maker = __atomic_load_n(&timer->maker, __ATOMIC_RELAXED)};
    uint32_t index, before = made.maker;

    if (extra)
        return extra;
    index = extra_take();
    if (!index) {
        recording_drop(TLK_DROP_DETAIL);
        return NULL;
    }
    *extra_at(index) = (struct tlk_extra){.thread = made.thread};
    made.thread = TLK_EXTRA | (index & (TLK_EXTRA - 1));
    if (!__atomic_compare_exchange_n(&timer->maker, &before, made.maker, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED))
        extra_give(index);
    return extra_of(timer);
}

void extra_end(struct tlk_timer *timer)
{
    const struct tlk_extra *extra = extra_of(timer);

    if (extra)
        extra_give(timer->thread & (TLK_EXTRA - 1));
}

void extras_reset(void)
{
    head = 0;
    region_publish(TLK_EXTRAS, 1);
}

/* The lower bits have been counted on; what goes beyond them is an extra's. */
static void count_high(struct tlk_timer *timer, uint32_t before, uint64_t more, bool now)
{
    uint32_t high = (uint32_t)((before + (more & UINT32_MAX)) >> 32) + (uint32_t)(more >> 32);
    struct tlk_extra *extra = high ? extra_need(timer) : NULL;

    if (extra)
        __atomic_fetch_add(now ? &extra->fired_now_high : &extra->fired_high, high,
                           __ATOMIC_RELAXED);
}

void timer_add_expirations(struct tlk_timer *timer, uint64_t expirations)
{
    uint32_t before = __atomic_fetch_add(&timer->fired, (uint32_t)expirations, __ATOMIC_RELAXED);

    count_high(timer, before, expirations, false);
}

void timer_add_expirations_now(struct tlk_timer *timer, uint64_t expirations)
{
    uint32_t before =
        __atomic_fetch_add(&timer->fired_now, (uint32_t)expirations, __ATOMIC_RELAXED);

    count_high(timer, before, expirations, true);
    timer_add_expirations(timer, expirations);
}
