/*
 * families.h - the families of timers that this process may have: those of the shim, and those that
 * objects preloaded beside it add; and which of them are watched.
 */
#ifndef TIMERLEAK_FAMILIES_H
#define TIMERLEAK_FAMILIES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/gate.h"
#include "recording.h"

/* By number; never changed once they are there. */
extern struct tlk_family families[TLK_FAMILIES];

/* Whether the family has any of these traits. */
static inline bool family_has(uint32_t family, uint32_t traits)
{
    return families[family].traits & traits;
}

static inline bool family_watched(uint32_t family)
{
    return gate->families & 1u << family;
}

/* Whether there is a family whose timers are not entered. */
bool families_left_out(void);

/* Of those that a forked child has too: a library keeps them in its memory. */
static inline bool family_in_memory(uint32_t family)
{
    return family_has(family, TLK_OVER_FORK) && !family_has(family, TLK_BY_DESCRIPTOR);
}

/* Whether there is one. */
bool families_in_memory(void);

/*
 * At the start: whose timers are wanted, names with commas between them, which stay the caller's.
 * All, where there is no name, or none that is a family's, for a list that is mistyped asks for
 * nothing; or where it is "all".
 */
void families_want(const char *names);

/*
 * The number of the family of that name, which is added if there is none; 0 when there is no room,
 * or that can't be a name. Takes the catalog's lock.
 */
uint32_t families_add(const char *name, uint32_t traits);

/* Enters them in the recording. */
void families_describe(void);

#endif
