/*
 * html/page.h - the parts of the page that can be read without its script: what was recorded,
 * the findings, and all sites with their stacks.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_PAGE_H
#define TIMERLEAK_EXPORTS_HTML_PAGE_H

#include "exports/html/source.h"
#include "profile/profile.h"

#include <stdio.h>

/* The profile is sorted and added up, its fingerprints set, its histories kept. */
void html_summary(FILE *to, struct profile *profile);
void html_findings(FILE *to, struct profile *profile, const struct source_paths *paths);
void html_sites(FILE *to, struct profile *profile);

/* Of one site, for the two above: its function and place, and its stack in a list to unfold. */
void html_place(FILE *to, const struct stack_frame *frame);
void html_stack(FILE *to, struct profile *profile, struct site *site);

#endif
