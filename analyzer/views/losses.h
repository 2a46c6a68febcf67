/*
 * losses.h - tells what is not in a report.
 */
#ifndef TIMERLEAK_VIEWS_LOSSES_H
#define TIMERLEAK_VIEWS_LOSSES_H

#include "profile/profile.h"

#include <stdio.h>

/* What was left out, could not be recorded, or was damaged; nothing if all is there. */
void losses_print(FILE *to, const struct profile *profile);

/* Modules whose addresses were looked up in vain, so far, and why. */
void losses_print_modules(FILE *to, const struct profile *profile);

#endif
