/*
 * report.h - the report: processes, totals, limits, then the findings, worst first.
 */
#ifndef TIMERLEAK_VIEWS_REPORT_H
#define TIMERLEAK_VIEWS_REPORT_H

#include "profile/profile.h"

#include <stdio.h>

/* `most`: how many findings to show, -1: all. The profile is sorted and added up. */
void report_print(FILE *to, struct profile *profile, long most);

/* One line of a finding: verdict, family, live, state, function, file and line. */
void report_headline(FILE *to, struct profile *profile, struct site *site);

/* The frames of a site, a line each, the wrapped function left out. */
void report_stack(FILE *to, struct profile *profile, struct site *site);

/* That line, why it is thought so, and the stack. */
void report_finding(FILE *to, struct profile *profile, struct site *site);

#endif
