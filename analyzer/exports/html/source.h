/*
 * html/source.h - the source around a frame, where the file is at hand, with the timers that each
 * of its lines made.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_SOURCE_H
#define TIMERLEAK_EXPORTS_HTML_SOURCE_H

#include "base/index.h"
#include "profile/profile.h"
#include "views/source.h"

#include <stdbool.h>
#include <stdio.h>

struct source_line {
    const char *file; /* interned */
    int line;
    uint64_t live, created;  /* of all stacks that go through it, each counted once */
    const struct site *last; /* that was counted */
};

struct sources {
    struct source_line *lines;
    size_t count, room;
    struct index index;
};

/* Counts the lines of all sites. The caller ends with sources_free(). */
void sources_make(struct sources *sources, struct profile *profile);
void sources_free(struct sources *sources);

/* Writes the lines around a frame as a table; false, with nothing written, if they can't be had. */
bool sources_write(FILE *to, const struct sources *sources, const struct stack_frame *frame,
                   const struct source_paths *paths);

#endif
