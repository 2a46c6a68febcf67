/*
 * values.h - values, units and percentages exactly as pprof prints them, and the lines above its
 * views.
 */
#ifndef TIMERLEAK_VIEWS_VALUES_H
#define TIMERLEAK_VIEWS_VALUES_H

#include "base/measure.h"
#include "base/text.h"
#include "profile/graph.h"
#include "views/views.h"

/* Asks for one unit for a whole table; pprof's default. */
#define VALUE_MINIMUM "minimum"

/* "12", "1.50s", "0": a value of unit `from` in unit `to`. */
struct text value_text(int64_t value, const char *from, const char *to);

/* "99.10%", "  100%": five characters and the sign, as columns want it. Never negative. */
struct text value_percentage(int64_t value, int64_t total);

/*
 * The unit for all values of a graph, if `wanted` is VALUE_MINIMUM: the one that suits the
 * smallest, but then the largest may not be a thousand. Else `wanted`.
 */
const char *value_unit(const struct graph *graph, const struct selection *selection,
                       const char *wanted);

/* The same, from the smallest and the largest value. */
const char *value_unit_common(int64_t smallest, int64_t largest, const char *from);

/* ---- the lines that pprof puts above its views ---- */

/* File, build-id, type, time, duration and total, the latter in that unit. */
void labels_print(FILE *to, const struct selection *selection, const char *unit);

/* Those, filters, and how much of the total the graph shows. */
void labels_print_graph(FILE *to, const struct view *view, const struct graph *graph,
                        const char *unit);

#endif
