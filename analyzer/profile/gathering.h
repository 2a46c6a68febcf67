/*
 * gathering.h - all samples of a profile, before anything is filtered.
 */
#ifndef TIMERLEAK_PROFILE_GATHERING_H
#define TIMERLEAK_PROFILE_GATHERING_H

#include "profile/selection.h"

/* In the order of the sites, those of a base last. Sites that were dropped are left out. */
void gather_samples(struct selection *selection);

/* Of two that are alike, the base becomes what is taken off the other one. */
void gather_pairs(struct selection *selection);

#endif
