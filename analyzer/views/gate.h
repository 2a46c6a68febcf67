/*
 * gate.h - what `timerleak check` prints.
 */
#ifndef TIMERLEAK_VIEWS_GATE_H
#define TIMERLEAK_VIEWS_GATE_H

#include "profile/gate.h"

#include <stdio.h>

/*
 * What fails with its stack, what is known or suppressed in a line each, what is wrong with rules
 * and baseline, and the summary. `rules` names the file of the suppressions, if there are any.
 */
void gate_print(FILE *to, const struct gate *gate, const char *rules);

/* What a new baseline has that `old` had not, and what it has no more. */
void gate_print_update(FILE *to, const struct baseline *old, const struct baseline *new,
                       const char *path);

#endif
