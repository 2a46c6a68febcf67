/*
 * pprof.h - a profile that pprof reads: profile.proto, compressed.
 */
#ifndef TIMERLEAK_EXPORTS_PPROF_H
#define TIMERLEAK_EXPORTS_PPROF_H

#include "profile/selection.h"

#include <stdio.h>

/*
 * Writes the samples that are left, with all sample types; those of a base are taken off. The
 * selection's granularity says what functions and lines are told. False, with errno set, if not
 * all could be written.
 */
bool pprof_write(FILE *to, const struct selection *selection);

#endif
