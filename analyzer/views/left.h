/*
 * left.h - the live timers that were created since a moment, with their whole stacks: what a test
 * has left behind.
 */
#ifndef TIMERLEAK_VIEWS_LEFT_H
#define TIMERLEAK_VIEWS_LEFT_H

#include "profile/profile.h"

#include <stdio.h>

/*
 * Those created at `since` (ns, CLOCK_MONOTONIC) or later, inherited ones aside, by site. How many
 * there are. The profile has kept its timers, which are put in another order.
 */
size_t left_print(FILE *to, struct profile *profile, uint64_t since);

#endif
