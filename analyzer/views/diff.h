/*
 * diff.h - sites by what changed from one recording to another.
 */
#ifndef TIMERLEAK_VIEWS_DIFF_H
#define TIMERLEAK_VIEWS_DIFF_H

#include "profile/diff.h"

#include <stdio.h>

/* `most`: how many to show, -1: all. Sites without a change are only counted. */
void diff_print(FILE *to, const struct selection *selection, const char *unit, long most);

#endif
