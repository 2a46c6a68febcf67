/*
 * sites.h - a site in text: its name in tables, and all of a finding.
 */
#ifndef TIMERLEAK_VIEWS_SITES_H
#define TIMERLEAK_VIEWS_SITES_H

#include "profile/profile.h"

#include <stdio.h>

/* "accept_client  src/net.c:214", of no more columns than that; the caller frees it. */
char *site_name(struct profile *profile, struct site *site, size_t columns);

/* Its second part; without lines an offset tells the calls of a function apart. */
char *site_place(const struct stack_frame *frame);

/* The first, behind what is before it, or below that where a terminal has no room for both. */
void site_print(FILE *to, const char *before, struct profile *profile, struct site *site);

/* One line of a finding: verdict, family, live, state, function, file and line. */
void site_print_headline(FILE *to, struct profile *profile, struct site *site);

/* The frames of a site, a line each, the wrapped function left out. */
void site_print_stack(FILE *to, struct profile *profile, struct site *site);

/* That line, why it is thought so, and the stack. */
void site_print_finding(FILE *to, struct profile *profile, struct site *site);

#endif
