/*
 * traces.h - all stacks, as `go tool pprof -traces` prints them.
 */
#ifndef TIMERLEAK_VIEWS_TRACES_H
#define TIMERLEAK_VIEWS_TRACES_H

#include "profile/samples.h"

#include <stdio.h>

/* Stacks whose value is 0 are left out. */
void traces_print(FILE *to, struct profile *profile, const struct sample_type *type);

#endif
