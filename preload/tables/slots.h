/*
 * slots.h - the slots for live timers in the recording, and references to what is in them.
 */
#ifndef TIMERLEAK_SLOTS_H
#define TIMERLEAK_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "recording.h"
#include "tables/regions.h"

/* A timer: its slot and the slot's generation, so that a slot used again is not taken for it. */
struct timer_ref {
    uint32_t slot; /* 0: none */
    uint32_t generation;
};

/* How many timers there can be. */
uint32_t slots_most(void);

void slots_start(void);

/*
 * A free slot, to be filled and published by whoever takes it; 0 when there is none. Those given
 * back are used again before new ones are made, whichever thread gave them. Lock-free but for new
 * ones.
 */
uint32_t slot_take(void);
void slot_give(uint32_t slot);

/* The timer, while the reference still means a live one; NULL otherwise. */
static inline struct tlk_timer *timer_live(struct timer_ref ref)
{
    struct tlk_timer *timer = ref.slot ? timer_at(ref.slot) : NULL;

    return timer && __atomic_load_n(&timer->tag, __ATOMIC_ACQUIRE) ==
                        TLK_TAG(TLK_LIVE, ref.generation)
               ? timer
               : NULL;
}

/* Whatever its generation. */
static inline bool timer_is_live(const struct tlk_timer *timer)
{
    return (__atomic_load_n(&timer->tag, __ATOMIC_ACQUIRE) & TLK_STATE) == TLK_LIVE;
}

static inline struct timer_ref timer_ref_of(uint32_t slot)
{
    return (struct timer_ref){slot, slot ? timer_at(slot)->generation : 0};
}

/* In a forked child, whose timers have been laid out anew: what is not live is free. */
void slots_free_unused(void);

/* Around fork(), so that the child finds no lock held. False: it could not be had. */
bool slots_lock(void);
void slots_unlock(void);

#endif
