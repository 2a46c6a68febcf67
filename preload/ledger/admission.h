/*
 * admission.h - which of the timers that a program makes are entered, where the user wants fewer
 * than all: while the shim is asleep none, in a block that the program told it to ignore none, and
 * of `one_in` one, taken at random; but of families that a process has one of (TLK_OF_PROCESS),
 * each. What is left out is counted in the recording. A timer that was entered is followed to its
 * end, whatever changes meanwhile.
 */
#ifndef TIMERLEAK_ADMISSION_H
#define TIMERLEAK_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/thread.h"
#include "tables/mapfile.h"

/* False, and counted, when it is to be left out. Only where something may be. */
bool admission_decide(uint32_t family);

/* Neither asleep nor in a block that is to be ignored: what happens now is told. */
static inline bool admission_open(void)
{
    return !__atomic_load_n(&recording->asleep, __ATOMIC_RELAXED) && !thread.ignoring;
}

/* Every timer that is made now is entered. `asleep` may change at any time: see recording.h. */
static inline bool admission_of_all(void)
{
    return admission_open() && recording->one_in <= 1;
}

/* Asked once for each timer that was made. */
static inline bool admission_admits(uint32_t family)
{
    return __builtin_expect(admission_of_all(), 1) || admission_decide(family);
}

/*
 * No timer of this process was left out or lost so far: one that is not known came from elsewhere.
 */
bool admission_complete(void);

#endif
