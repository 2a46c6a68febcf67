/*
 * progress.h - how far something is that takes longer than a second: a line on the terminal of
 * standard error, which is gone when something else is written there, and when it is done.
 *
 * Told within a scope alone, in which nothing is written to standard output that may be the same
 * terminal. The others cost as good as nothing, so whatever may be slow says how far it is.
 */
#ifndef TIMERLEAK_BASE_PROGRESS_H
#define TIMERLEAK_BASE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* Waiting begins now. */
void progress_begin(void);

/* "reading recordings: 3 of 17"; a total of 0 is not known. */
void progress(const char *what, size_t done, size_t total);

/* Takes the line away, until there is more to tell. */
void progress_hide(void);

/* What was begun is over; if nothing was, nothing happens. */
void progress_end(void);

/* Nanoseconds of waiting before anything is shown, and between two lines. */
struct progress_patience {
    uint64_t first, next;
};

extern struct progress_patience progress_patience;

#endif
