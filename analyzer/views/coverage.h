/*
 * coverage.h - tells what is not in a report: because its user wished so (families that were not
 * watched, what was made while it was asleep, what a sample left out, what the program asked to
 * ignore), or because it was lost.
 */
#ifndef TIMERLEAK_VIEWS_COVERAGE_H
#define TIMERLEAK_VIEWS_COVERAGE_H

#include "profile/profile.h"

#include <stdio.h>

#define COVERAGE_MOST 5

/* Plain ASCII, without a line's end. */
struct coverage_line {
    char s[320];
};

struct coverage {
    size_t count; /* 0: all was recorded */
    struct coverage_line lines[COVERAGE_MOST];
};

/* A line for each thing that is to be told. */
struct coverage coverage_of(const struct profile *profile);

/* The same, printed. */
void coverage_print(FILE *to, const struct profile *profile);

/* What was left out, could not be recorded, or was damaged; nothing if all is there. */
void losses_print(FILE *to, const struct profile *profile);

/* So many modules without names are told, and what can be done about all of them. */
#define LOSSES_MODULES 5
#define LOSSES_CURE                                                                                \
    "names come from debug packages, --symfs, TIMERLEAK_BINARY_PATH, DEBUGINFOD_URLS"

/* Modules whose addresses were looked up in vain, so far, and why; the worst first. */
void losses_print_modules(FILE *to, const struct profile *profile);

#endif
