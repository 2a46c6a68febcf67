/*
 * html/data.h - what the page's script works with, as compact JSON: columns, and names by number.
 *
 *     duration   ns, of the longest process
 *     running    whether a process still runs
 *     types      [{name, unit, total}]: everything below that is "by type" has this order
 *     names      function names; places: where they are
 *     tree       columns parent, name (-1: root and "other"), leaking, values (by type); `cut`, the
 *                part of a total below which stacks are summed up as "other"
 *     functions  columns name, flat, cum (both by type); `omitted`, how many are not there
 *     graphs     by type, null if the total is 0: columns name, flat, cum of nodes and from, to,
 *                weight, residual of edges; `omitted`, how many nodes are not there
 *     histories  [{id, name, place, family, verdict, live, low[], high[]}], all sites together
 *                first; `sites`, how many there are
 *
 * A column by type is empty if its total is 0.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_DATA_H
#define TIMERLEAK_EXPORTS_HTML_DATA_H

#include "profile/profile.h"

#include <jansson.h>

/* Fingerprints are set, histories kept. The caller owns the result. */
json_t *html_data(struct profile *profile);

#endif
