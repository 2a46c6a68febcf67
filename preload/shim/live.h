/*
 * live.h - the table of live timers: from what the program calls a timer to its slot in the
 * recording. Timers with a descriptor are found by its number in an array, others by family and id
 * in hash tables.
 */
#ifndef TIMERLEAK_LIVE_H
#define TIMERLEAK_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "recording.h"
#include "slots.h"

/* Reserves memory for as many timers as the recording can hold. */
bool live_start(void);

/*
 * By id. Within a section, except live_find_fast(), which takes no lock and may miss, and
 * live_remove_now(), which does not wait for one: for a handler that interrupted a section.
 * Removing counts as dropped what a lock that could not be had may have kept. live_put() gives back
 * the slot that the id stood for before, 0 when none, or `slot` itself when the table had no room.
 */
uint32_t live_put(enum tlk_family family, uint64_t id, uint32_t slot);
uint32_t live_find(enum tlk_family family, uint64_t id);
uint32_t live_find_fast(enum tlk_family family, uint64_t id);
uint32_t live_remove(enum tlk_family family, uint64_t id);
uint32_t live_remove_now(enum tlk_family family, uint64_t id);

/* By descriptor: async-signal-safe, without locks. */
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

/* The slot that the number stood for before, 0 when none; `slot` itself when it is out of range. */
uint32_t descriptor_put(int fd, uint32_t slot);

/* The same for a number that is being closed while there is no recording of this process yet. */
static inline void descriptor_forget(int fd)
{
    __atomic_store_n(&descriptor_slots[fd], 0, __ATOMIC_RELAXED);
}

/* In a forked child: forgets the timers with ids, which fork doesn't pass on. */
void live_forget_ids(void);

/* Gives back memory that is free, but for some. */
void live_shrink(void);

/* Around fork(), so that the child finds no lock of the tables held. */
bool live_lock(void);
void live_unlock(void);

#endif
