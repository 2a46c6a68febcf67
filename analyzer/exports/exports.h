/*
 * exports.h - what the formats that CI reads have in common: one judgement, which none of them
 * changes.
 */
#ifndef TIMERLEAK_EXPORTS_EXPORTS_H
#define TIMERLEAK_EXPORTS_EXPORTS_H

#include "profile/gate.h"
#include "profile/repository.h"

#include <stdio.h>

/* Writes one format. Errors are in ferror(). */
typedef void gate_export(FILE *to, const struct gate *gate, const struct repository *repository);

#endif
