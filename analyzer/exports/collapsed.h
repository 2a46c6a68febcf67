/*
 * collapsed.h - collapsed stacks, the input of flame graph tools: "main;loop;timerfd_create 12",
 * root first, a line per stack.
 */
#ifndef TIMERLEAK_EXPORTS_COLLAPSED_H
#define TIMERLEAK_EXPORTS_COLLAPSED_H

#include "profile/selection.h"

#include <stdio.h>

/* Stacks whose value of the selection's type is above zero: the format knows no others. */
void collapsed_write(FILE *to, const struct selection *selection);

#endif
