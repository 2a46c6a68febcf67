/*
 * html/holders.h - the processes in which timers of a finding are live, one by one.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_HOLDERS_H
#define TIMERLEAK_EXPORTS_HTML_HOLDERS_H

#include "profile/profile.h"

#include <stdio.h>

/* What one process has of one site. */
struct holder {
    const struct site *site;
    const struct process *process;
    uint64_t live, states[TIMER_STATES];
    double growth; /* per second */
};

struct holders {
    struct holder *list; /* by site, in the report's order; then those with most first */
    size_t count, room;
};

/* Of the first `most` sites of a profile that has kept its timers. Ends with holders_free(). */
void holders_make(struct holders *holders, const struct profile *profile, size_t most);
void holders_free(struct holders *holders);

/* A table of those of a site, if there are several. */
void holders_write(FILE *to, const struct holders *holders, const struct site *site);

#endif
