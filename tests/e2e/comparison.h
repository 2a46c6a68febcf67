/*
 * comparison.h - compares recordings with what the annotations of their program expect.
 */
#ifndef E2E_COMPARISON_H
#define E2E_COMPARISON_H

#include <stdio.h>

#include "annotations.h"
#include "recordings.h"

/*
 * Writes a line to `complaints` for each miss (an annotation without its site, or with other
 * counts), for each false alarm (a site that no annotation covers and that is not clean), and for
 * each site whose own counts contradict each other, or tell of nothing. An annotation covers all
 * the sites of its line, family and verdict; their counts are added up.
 */
void compare(const struct annotations *annotations, const struct recordings *recordings,
             FILE *complaints);

/* The name of all processes in one report. */
#define TOGETHER "together"

/* The same of that report. */
void compare_together(const struct annotations *annotations, json_t *report, FILE *complaints);

#endif
