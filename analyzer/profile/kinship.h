/*
 * kinship.h - which holdings of which generations are one timer: over fork, over exec, and from a
 * parent to a program that it started; where it was made, and in which of them it counts.
 */
#ifndef TIMERLEAK_PROFILE_KINSHIP_H
#define TIMERLEAK_PROFILE_KINSHIP_H

#include "profile/generations.h"

/* When all recordings are noted: who came before whom, and whose timers are asked for. */
void kinship_find(struct generations *generations);

/* When their timers are noted; sets the rest of the holdings. */
void kinship_settle(struct generations *generations);

#endif
