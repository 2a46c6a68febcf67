/*
 * top.h - functions by value, as `go tool pprof -top` prints them.
 */
#ifndef TIMERLEAK_VIEWS_TOP_H
#define TIMERLEAK_VIEWS_TOP_H

#include "profile/samples.h"

#include <stdio.h>

struct top_options {
    bool cum;            /* sort by cum, not by flat */
    long nodecount;      /* at most so many; 0 or less: all */
    double nodefraction; /* none with a cum below that part of the total */
};

void top_print(FILE *to, struct profile *profile, const struct sample_type *type,
               const struct top_options *options);

#endif
