/*
 * html/timers.h - live timers one by one, for the page's script: what its table of them shows, and
 * what it adds up where a part of the run, or one process, is looked at.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_TIMERS_H
#define TIMERLEAK_EXPORTS_HTML_TIMERS_H

#include "exports/html/stacks.h"

#include <jansson.h>

/* More than that a page does not hold: those of findings come first, the worst before others. */
#define TIMERS_MOST 200000

/*
 * Of a profile that has kept its timers, and the stacks of which a tree was made:
 *
 *     count, omitted  rows, and how many live timers have none
 *     words           texts by number
 *     kinds           [{label, states, descriptor}]: what a family calls its timers, and their
 *                     states; whether a timer is known by its descriptor
 *     processes       [{pid, name, told, span}]: those of the base left out; `told` is how it
 *                     lived and ended, `span` for how long, ns
 *     sites           columns name, whole (where that is more) and place (words), node (of the
 *                     tree), shown (of the report's sites, whose numbers are in the order of
 *                     `ids`), verdict (enum verdict)
 *     ids             of the report's sites that have rows in the page
 *     columns         of the rows, oldest first: site, process, kind, state (enum timer_state),
 *                     age (ns, less than that of the row before), timer (its number), due (ns
 *                     until it expires), interval, armed, fired (twice, and one more: at least so
 *                     often), keeps, weight (for so many it counts: 0 where it counts elsewhere);
 *                     and, as words: handles (where the number does not tell), clock, flags, name,
 *                     thread, notified, setter
 *
 * Columns are as column_json() has them.
 */
json_t *html_timers(struct profile *profile, const struct stacks *stacks);

#endif
