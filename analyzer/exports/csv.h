/*
 * csv.h - a row per sample, for spreadsheets and scripts: labels, values, where, and the stack.
 */
#ifndef TIMERLEAK_EXPORTS_CSV_H
#define TIMERLEAK_EXPORTS_CSV_H

#include "profile/selection.h"

#include <stdio.h>

/* RFC 4180, with a header line; times are ns; the stack is root first, with semicolons between. */
void csv_write(FILE *to, const struct selection *selection);

#endif
