/*
 * views.h - what pprof's text views have in common: what they show, and in which units.
 */
#ifndef TIMERLEAK_VIEWS_VIEWS_H
#define TIMERLEAK_VIEWS_VIEWS_H

#include "profile/graph.h"
#include "profile/patterns.h"
#include "profile/selection.h"

#include <stdio.h>

struct view {
    const struct selection *selection;
    struct graph_options graph;
    const char *unit;             /* VALUE_MINIMUM, MEASURE_AUTO or a unit: see values.h */
    bool compact;                 /* without the lines about the profile itself */
    const struct pattern *symbol; /* of peek and list; NULL: all functions */
    const char *source_path;      /* directories to look for source in, NULL: the working one */
    const char *trim_path;
};

/*
 * Each writes what `go tool pprof` writes with the option of that name. Those with a symbol return
 * false if it matches nothing.
 */
bool view_top(FILE *to, const struct view *view);
bool view_tree(FILE *to, const struct view *view);
bool view_list(FILE *to, const struct view *view);
bool view_traces(FILE *to, const struct view *view);
bool view_tags(FILE *to, const struct view *view);

#endif
