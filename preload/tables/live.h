/*
 * live.h - the table of live timers: from family and id, which is what the program calls a timer,
 * to its slot in the recording. Timers with a descriptor are found by that: see descriptors.h.
 */
#ifndef TIMERLEAK_LIVE_H
#define TIMERLEAK_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"
#include "tables/slots.h"

/* Reserves memory for as many timers as the recording can come to hold. */
bool live_start(void);

/*
 * Within a section, except live_find_fast(), which takes no lock and may miss, and
 * live_remove_now(), which does not wait for one: for a handler that interrupted a section.
 * Removing counts as dropped what a lock that could not be had may have kept. live_put() gives back
 * the slot that the id stood for before, 0 when none, or `slot` itself when the table had no room.
 */
uint32_t live_put(uint32_t family, uint64_t id, uint32_t slot);
uint32_t live_find(uint32_t family, uint64_t id);
uint32_t live_find_fast(uint32_t family, uint64_t id);
uint32_t live_remove(uint32_t family, uint64_t id);
uint32_t live_remove_now(uint32_t family, uint64_t id);

/*
 * Before the slot is used for another timer: this one may have ended without being removed. False
 * when the lock could not be had. Within a section.
 */
bool live_drop(uint32_t slot);

/* In a forked child: forgets the timers with ids. Those that fork passes on are put in again. */
void live_forget_ids(void);

/* Gives back memory that is free, but for some. */
void live_shrink(void);

/* Around fork(), so that the child finds no lock of the tables held. */
bool live_lock(void);
void live_unlock(void);

#endif
