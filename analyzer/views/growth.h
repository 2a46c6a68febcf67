/*
 * growth.h - live timers of each site over the run, as lines of blocks.
 */
#ifndef TIMERLEAK_VIEWS_GROWTH_H
#define TIMERLEAK_VIEWS_GROWTH_H

#include "profile/profile.h"

#include <stdio.h>

/* `most`: how many sites to show, -1: all. The profile is sorted and has kept its histories. */
void growth_print(FILE *to, struct profile *profile, long most);

#endif
