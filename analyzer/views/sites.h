/*
 * sites.h - how a site is named in tables of sites.
 */
#ifndef TIMERLEAK_VIEWS_SITES_H
#define TIMERLEAK_VIEWS_SITES_H

#include "profile/profile.h"

#include <stdio.h>

/* "accept_client  src/net.c:214", and the end of the line. */
void site_print(FILE *to, struct profile *profile, struct site *site);

#endif
