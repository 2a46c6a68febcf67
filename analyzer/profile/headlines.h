/*
 * headlines.h - the frame by which a reader knows a site: the first that no other site shares, for
 * a wrapper's name four times over helps nobody, and that is no library's.
 */
#ifndef TIMERLEAK_PROFILE_HEADLINES_H
#define TIMERLEAK_PROFILE_HEADLINES_H

#include "profile/model.h"

/* Sets those of all sites: see stack_headline(). */
void headlines_set(struct profile *profile);

#endif
