/*
 * limits.h - what of its limits a process has used up, and when it will reach them.
 */
#ifndef TIMERLEAK_VIEWS_LIMITS_H
#define TIMERLEAK_VIEWS_LIMITS_H

#include "profile/profile.h"

#include <stdio.h>

/* A line for each limit that live timers work towards; for all that are used while it runs. */
void limits_print(FILE *to, const struct process *process);

#endif
