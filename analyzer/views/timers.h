/*
 * timers.h - a table of the live timers: what each is, and what it waits for.
 */
#ifndef TIMERLEAK_VIEWS_TIMERS_H
#define TIMERLEAK_VIEWS_TIMERS_H

#include "base/text.h"
#include "profile/profile.h"

#include <stdio.h>

/* `most`: how many to show, -1: all. The profile has kept its timers. */
void timers_print(FILE *to, struct profile *profile, long most);

/* How a family names its timers: "fd 5", "id 3", "real". */
struct text timer_identity(uint64_t family, uint64_t id);

#endif
