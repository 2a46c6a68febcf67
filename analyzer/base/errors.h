/*
 * errors.h - what is told on standard error is text, whatever is in the names that it tells.
 *
 * Paths, arguments and what archives hold may be anybody's: a terminal would obey escapes in them.
 */
#ifndef TIMERLEAK_BASE_ERRORS_H
#define TIMERLEAK_BASE_ERRORS_H

#include <stdbool.h>

/* Of a text that says what happened, to what, and what to do. */
#define ERROR_SIZE 512

/* One line, whatever names are in it. Returns false. */
__attribute__((format(printf, 2, 3))) bool error_set(char error[ERROR_SIZE], const char *format,
                                                     ...);

/* "timerleak: " and what follows, as one line, whatever names are in it, on standard error. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* From now on, for all that this process prints to stderr, a line at a time. */
void errors_clean(void);

#endif
