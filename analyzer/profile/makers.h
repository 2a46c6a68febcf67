/*
 * makers.h - who made timers that came over exec, where that program's recording is not among those
 * that are shown: it lies in the same folder.
 */
#ifndef TIMERLEAK_PROFILE_MAKERS_H
#define TIMERLEAK_PROFILE_MAKERS_H

#include "profile/generations.h"

/* When all that is shown is noted. What can't be read, or is of another session, is passed over. */
void makers_note(struct generations *generations);

#endif
