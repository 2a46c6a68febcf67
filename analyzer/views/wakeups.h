/*
 * wakeups.h - sites by how often their timers expire: what keeps a processor awake.
 */
#ifndef TIMERLEAK_VIEWS_WAKEUPS_H
#define TIMERLEAK_VIEWS_WAKEUPS_H

#include "profile/profile.h"

#include <stdio.h>

/* `most`: how many sites to show, -1: all. Sites whose timers never expired are left out. */
void wakeups_print(FILE *to, struct profile *profile, long most);

#endif
