/*
 * families.h - which kind of gotime's timers a function makes.
 */
#ifndef TIMERLEAK_PROFILE_FAMILIES_H
#define TIMERLEAK_PROFILE_FAMILIES_H

#include "base/text.h"
#include "profile/profile.h"

/* "after", "ticker"; NULL for a function that makes no timer of gotime's. */
const char *kind_of(const char *function);

/* What to call the timers that a function makes: "gotime/after", or their family alone. */
struct text kind_label(uint64_t family, const char *function);

#endif
