/*
 * fit.h - texts of no more columns than a terminal has. Wide characters take two columns; combining
 * ones, and escape sequences, none.
 */
#ifndef TIMERLEAK_BASE_FIT_H
#define TIMERLEAK_BASE_FIT_H

#include "base/terminal.h"

#include <stddef.h>
#include <stdio.h>

/* Names with less room than this get a line of their own. */
#define FIT_LEAST 24

size_t fit_columns(const char *text);

/* A line, whose end is added, in as many as the stream needs: broken between words, and indented as
 * its first is, but never not at all. */
__attribute__((format(printf, 2, 3))) void fit_say(FILE *to, const char *format, ...);

/* ---- copies, to be freed, of no more columns than that ---- */

/* A name keeps its beginning and its end. */
char *fit_name(const char *name, size_t columns);

/* "function (inlined)  dir/file.c:12": a path keeps its end, and at most half of the room as long
 * as the name wants it. `mark` and `place` may be "". */
char *fit_call(const char *name, const char *mark, const char *place, size_t columns);

#endif
