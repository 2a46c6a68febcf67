/*
 * labels.h - the lines that pprof puts above every view.
 */
#ifndef TIMERLEAK_VIEWS_LABELS_H
#define TIMERLEAK_VIEWS_LABELS_H

#include "profile/samples.h"

#include <stdio.h>

/* File, build-id, type, time, duration. */
void labels_print(FILE *to, const struct profile *profile, const struct sample_type *type,
                  uint64_t total);

/* The sum of a type over all sites. */
uint64_t labels_total(const struct profile *profile, const struct sample_type *type);

#endif
