/*
 * labels.h - the lines that pprof puts above its views.
 */
#ifndef TIMERLEAK_VIEWS_LABELS_H
#define TIMERLEAK_VIEWS_LABELS_H

#include "views/views.h"

/* File, build-id, type, time, duration and total, the latter in that unit. */
void labels_print(FILE *to, const struct selection *selection, const char *unit);

/* Those, filters, and how much of the total the graph shows. */
void labels_print_graph(FILE *to, const struct view *view, const struct graph *graph,
                        const char *unit);

#endif
