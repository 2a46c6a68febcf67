/*
 * page.h - the parts of the page, and how text gets into it.
 *
 * The profile is sorted and added up, the ids of its sites set, its histories kept.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_PAGE_H
#define TIMERLEAK_EXPORTS_HTML_PAGE_H

#include "exports/exports.h"
#include "profile/diff.h"
#include "profile/profile.h"
#include "profile/suggestions.h"
#include "views/source.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* ---- text.c: what anybody may have written stays text ---- */

/* Between tags, and in quoted attributes. */
void html_text(FILE *to, const char *text);

/* JSON in which nothing can end the <script> that it stands in. False if it fails. */
bool html_json(FILE *to, const json_t *json);

/* A function, its whole name where that is another, and its place. */
void html_place(FILE *to, const struct stack_frame *frame);

/* The stack of a site, in a list to unfold; `part` of the page tells its ids from others. */
void html_stack(FILE *to, struct profile *profile, struct site *site, const char *part);

/* Rows of the table of sites: no more. */
#define SITES_MOST 1000

/* ---- what can be read without the page's script ---- */

/*
 * Of a comparison, `diff` is that of live timers: what changed comes first. Else it is NULL.
 *
 * summary.c: what was recorded, and all sites with their stacks.
 */
void html_summary(FILE *to, struct profile *profile);
void html_sites(FILE *to, struct profile *profile, const struct diff *diff);

/* findings.c: the findings, with their stacks and source: see source.h. */
void html_findings(FILE *to, struct profile *profile, const struct diff *diff,
                   const struct source_paths *paths);

/*
 * comparison.c: what is compared with what, and the sum of it; and what became of a site, in words
 * and as cells of a table. NULL: nothing did.
 */
void html_comparison(FILE *to, const struct profile *profile, const struct diff *diff,
                     const char *base);
void html_change(FILE *to, const struct change *change);
void html_change_cells(FILE *to, const struct change *change);

/* Whether the base alone has timers of it. */
bool html_base_alone(const struct profile *profile, const struct site *site);

/* Every site once, those that changed first; the caller frees them. */
struct site_row {
    struct site *site;
    const struct change *change;
};

struct site_row *html_compared_sites(const struct profile *profile, const struct diff *diff,
                                     size_t *count);

/* copies.c: buttons that copy a rule to suppress a site by, and a command that shows it; and the
 * files that this is of, for a shell. */
void html_copies(FILE *to, struct profile *profile, struct suggestions *suggestions,
                 struct site *site);
void html_files(FILE *to, const char *const *files, size_t count);

/* ---- data.c: what the page's script works with ---- */

/*
 * Compact JSON: columns, and names by number. The caller owns the result.
 *
 *     comparison null, or {subtract}: whether percentages are of all that changed
 *     duration   ns, of the longest process
 *     running    whether a process still runs
 *     types      [{name, unit, sum, base, total}], the last of which percentages are of:
 *                everything below that is "by type" has this order
 *     names      function names; wholes: where they are short, what for, else ""; places: where
 *                they are; module: where in `modules`
 *     timers     see html/timers.h
 *     tree       columns parent, name (-1: root and "other"), values and base (by type), verdicts
 *                (live timers, by verdict: clean, held, growing, leak); `cut`, the part of a total
 *                below which stacks are summed up as "other"
 *     functions  columns name, flat, cum, base_flat, base_cum (by type); `omitted`, how many are
 *                not there
 *     graphs     by type, null if there is nothing of it: columns name, flat, cum of nodes and
 *                from, to, weight, residual of edges; `omitted`, how many nodes are not there
 *     histories  [{id, name, place, family, verdict, live, low[], high[]}], all sites together
 *                first; `sites`, how many there are
 *
 * A column by type is empty if it sums up to 0. `base`, base_flat and base_cum are of the base.
 */
json_t *html_data(struct profile *profile, const struct html_options *options);

#endif
