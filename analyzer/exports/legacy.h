/*
 * legacy.h - a profile that google-pprof reads, the Perl program of gperftools: a heap profile in
 * text that brings its symbols along.
 *
 * Its objects in use, and its bytes, are the values of the selection's type; its allocated objects
 * are timers created. So `google-pprof --inuse_objects --text FILE` shows the numbers as they are.
 */
#ifndef TIMERLEAK_EXPORTS_LEGACY_H
#define TIMERLEAK_EXPORTS_LEGACY_H

#include "profile/selection.h"

#include <stdio.h>

/* The format knows no value below zero: of a comparison, what shrank is left out. */
void legacy_write(FILE *to, const struct selection *selection);

#endif
