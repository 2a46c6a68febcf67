/*
 * verdict.h - whether the timers of a site leak, with the reason in words and numbers.
 *
 * Evidence, not taste: what is live and in use or steady is held, whatever its number; but a pile
 * that was left alone, or has eaten up a limit, is a leak, steady or not.
 */
#ifndef TIMERLEAK_PROFILE_VERDICT_H
#define TIMERLEAK_PROFILE_VERDICT_H

#include "profile/evidence.h"
#include "profile/finding.h"

void verdict_find(const struct evidence *evidence, struct finding *finding);

/* "leak", "growing", "held", "clean" */
const char *verdict_name(enum verdict verdict);

#endif
