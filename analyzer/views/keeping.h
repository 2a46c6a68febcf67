/*
 * keeping.h - the source around places, for an archive to hold: see source.h and
 * symbols/portable.h.
 */
#ifndef TIMERLEAK_VIEWS_KEEPING_H
#define TIMERLEAK_VIEWS_KEEPING_H

#include "profile/profile.h"
#include "views/source.h"

/* Of all functions that the profile has looked up, as much as any view shows of each. */
void sources_keep(struct profile *profile, const struct source_paths *paths);

#endif
