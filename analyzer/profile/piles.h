/*
 * piles.h - timers that are passed on over exec, and pile up: each next program has more that it
 * never touches, in one process after the other or as one becomes the next.
 */
#ifndef TIMERLEAK_PROFILE_PILES_H
#define TIMERLEAK_PROFILE_PILES_H

#include "profile/generations.h"

/* When all are loaded: such a pile is a leak of the place where its timers were made. */
void piles_judge(struct generations *generations);

#endif
