#include "tables/slots.h"

#include <string.h>

#include "core/atomic.h"
#include "core/lock.h"
#include "core/thread.h"

#define LANES 8

/*
 * The free slots are stacks, linked by index, which stands in the place of a timer's id. A head
 * carries a count that changes with every take and give, or a thread that was interrupted in one
 * could bring back a slot in use. Each thread has a lane of its own, as far as they go, so that
 * threads need not hand a head to each other.
 */
static struct {
    uint64_t head; /* count << 32 | slot */
} __attribute__((aligned(64))) lanes[LANES];
static uint32_t next_lane;

static uint32_t slots_made; /* slots handed out for the first time so far, plus one */
static struct lock made_lock;

uint32_t slots_most(void)
{
    return region_most(TLK_TIMERS);
}

void slots_start(void)
{
    slots_made = 1;
}

static uint32_t slot_make(void)
{
    uint32_t slot;

    if (!lock_take(&made_lock))
        return 0;
    slot = slots_made < slots_most() ? region_take(TLK_TIMERS, 1) : 0;
    if (slot) {
        slots_made = slot + 1;
        region_publish(TLK_TIMERS, slots_made);
    }
    lock_give(&made_lock);
    return slot;
}

static inline uint32_t own_lane(void)
{
    if (__builtin_expect(!thread.lane, 0))
        thread.lane = 1 + __atomic_fetch_add(&next_lane, 1, __ATOMIC_RELAXED) % LANES;
    return thread.lane - 1;
}

static inline uint64_t head_changed(uint64_t head, uint32_t slot)
{
    return ((head >> 32) + 1) << 32 | slot;
}

static inline uint32_t lane_take(uint32_t lane)
{
    uint64_t head = __atomic_load_n(&lanes[lane].head, __ATOMIC_ACQUIRE);

    while ((uint32_t)head) {
        uint32_t slot = (uint32_t)head;
        uint32_t next = (uint32_t)__atomic_load_n(&timer_at(slot)->id, __ATOMIC_RELAXED);

        if (atomic_replace_64(&lanes[lane].head, &head, head_changed(head, next)))
            return slot;
    }
    return 0;
}

/* True when all lanes were empty at one moment: none of them changed while all were looked at. */
static bool all_empty(void)
{
    uint64_t heads[LANES];

    for (uint32_t lane = 0; lane < LANES; lane++) {
        heads[lane] = __atomic_load_n(&lanes[lane].head, __ATOMIC_SEQ_CST);
        if ((uint32_t)heads[lane])
            return false;
    }
    for (uint32_t lane = 0; lane < LANES; lane++)
        if (__atomic_load_n(&lanes[lane].head, __ATOMIC_SEQ_CST) != heads[lane])
            return false;
    return true;
}

static __attribute__((noinline)) uint32_t slot_take_elsewhere(uint32_t own)
{
    uint32_t slot;

    do {
        for (uint32_t i = 0; i < LANES; i++)
            if ((slot = lane_take((own + i) % LANES)))
                return slot;
    } while (!all_empty());
    return slot_make();
}

uint32_t slot_take(void)
{
    uint32_t own = own_lane(), slot = lane_take(own);

    return slot ? slot : slot_take_elsewhere(own);
}

static inline void lane_give(uint32_t lane, uint32_t slot)
{
    uint64_t head = __atomic_load_n(&lanes[lane].head, __ATOMIC_RELAXED);

    do
        __atomic_store_n(&timer_at(slot)->id, (uint32_t)head, __ATOMIC_RELAXED);
    while (!atomic_replace_64(&lanes[lane].head, &head, head_changed(head, slot)));
}

void slot_give(uint32_t slot)
{
    lane_give(own_lane(), slot);
}

void slots_free_unused(void)
{
    memset(lanes, 0, sizeof(lanes));
    for (uint32_t slot = slots_made - 1; slot > 0; slot--)
        if (timer_at(slot)->state == TLK_FREE)
            slot_give(slot);
}

bool slots_lock(void)
{
    return lock_take(&made_lock);
}

void slots_unlock(void)
{
    lock_give(&made_lock);
}
