/*
 * left.h - whether timers are left that were made since a moment, as a test asks at its end.
 */
#ifndef TIMERLEAK_LEFT_H
#define TIMERLEAK_LEFT_H

#include <stdint.h>

#include "verify/timerleak_verify.h"

/* Timers made so far that were not entered, but for those that the program told it to ignore. */
uint64_t left_missed(void);

/*
 * See timerleak_none_left(). It waits, and runs a command: for the program's own calls, not for
 * hooks. `size` is enough for a few lines.
 */
enum timerleak_answer left_check(uint64_t since, uint64_t missed, const char *ignore,
                                 int patience_ms, char *text, uint32_t size);

#endif
