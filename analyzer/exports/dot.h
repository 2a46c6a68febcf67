/*
 * dot.h - the graph for Graphviz: `dot -Tsvg`. As in pprof's pictures, a box is larger the more is
 * in it alone, redder the more is in it and below, and edges are thicker the more goes over them.
 */
#ifndef TIMERLEAK_EXPORTS_DOT_H
#define TIMERLEAK_EXPORTS_DOT_H

#include "views/views.h"

#include <stdio.h>

/* The view's graph options are those of a picture: `visual`. */
void dot_write(FILE *to, const struct view *view);

#endif
