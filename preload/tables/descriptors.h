/*
 * descriptors.h - the table of descriptors: from its number to the slot of the timer that it stands
 * for. It is looked at without a lock, and never given back.
 */
#ifndef TIMERLEAK_DESCRIPTORS_H
#define TIMERLEAK_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/machine.h"
#include "tables/mapfile.h"

/* Reserves memory for as many numbers as the process may have. */
bool descriptors_start(void);

/* Async-signal-safe, as is all that follows. */
extern uint32_t *descriptor_slots;
extern uint32_t descriptor_limit; /* numbers below are in the table; 0 until the start */
extern uint32_t descriptor_high;  /* no timer ever had this number or a higher one */

static inline uint32_t descriptor_find(int fd)
{
    return (uint32_t)fd < machine_load_first(&descriptor_limit)
               ? __atomic_load_n(&descriptor_slots[fd], __ATOMIC_RELAXED)
               : 0;
}

/* A number that stands for the slot; -1 when there is none. */
int descriptor_of(uint32_t slot);

/* Notes that there is such a number, for a timer or, without a slot, for something else. */
void descriptor_raise(int fd, uint32_t slot);

/*
 * The slot that the number stood for before, 0 when none; `slot` itself when it is out of range.
 * Whoever changes an entry has just been given that number by the kernel, or is about to give it
 * back: nobody else has a say in it meanwhile.
 */
static inline uint32_t descriptor_put(int fd, uint32_t slot)
{
    uint32_t before;

    if (__builtin_expect((uint32_t)fd >= descriptor_limit, 0)) {
        if (slot)
            recording_drop(TLK_DROP_FD_RANGE);
        return slot;
    }
    if ((uint32_t)fd >= recording->descriptors_seen || (slot && (uint32_t)fd >= descriptor_high))
        descriptor_raise(fd, slot);
    before = __atomic_load_n(&descriptor_slots[fd], __ATOMIC_RELAXED);
    __atomic_store_n(&descriptor_slots[fd], slot, __ATOMIC_RELEASE);
    return before;
}

/* The same for a number that is being closed while there is no recording of this process yet. */
static inline void descriptor_forget(int fd)
{
    __atomic_store_n(&descriptor_slots[fd], 0, __ATOMIC_RELAXED);
}

#endif
