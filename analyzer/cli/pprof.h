/*
 * pprof.h - the views that are pprof's, by name: for the command line, and for the prompt.
 */
#ifndef TIMERLEAK_CLI_PPROF_H
#define TIMERLEAK_CLI_PPROF_H

#include "cli/input.h"
#include "profile/graph.h"

struct pprof_view;

/* NULL if there is none of that name. */
const struct pprof_view *pprof_view_find(const char *name);

/* In their order, NULL beyond the last. */
const struct pprof_view *pprof_view_at(size_t index);

const char *pprof_view_name(const struct pprof_view *view);

/* Whether it wants a REGEX. */
bool pprof_view_has_symbol(const struct pprof_view *view);

/* Complains if it is no REGEX. NULL, where none is wanted, is fine. */
bool pprof_symbol_valid(const char *symbol);

/*
 * Prints a view as the input's settings want it; a symbol is needed where it wants one. Complains,
 * and sets the input's status, if the settings can't be understood or the symbol matches nothing.
 */
void pprof_view_print(const struct pprof_view *view, struct input *input, const char *symbol);

/* `whole`: nothing is trimmed; `limits`: no more nodes than pprof shows unless told. */
struct graph_options pprof_graph_options(const struct settings *settings, bool whole, bool limits);

#endif
