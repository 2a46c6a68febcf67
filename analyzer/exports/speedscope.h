/*
 * speedscope.h - a profile that speedscope shows, in its own JSON format; one for each sample type
 * that has values.
 */
#ifndef TIMERLEAK_EXPORTS_SPEEDSCOPE_H
#define TIMERLEAK_EXPORTS_SPEEDSCOPE_H

#include "profile/selection.h"

#include <stdio.h>

/* Values below zero, of a comparison, are left out: its widths can't be negative. */
void speedscope_write(FILE *to, const struct selection *selection);

#endif
