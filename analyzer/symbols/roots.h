/*
 * roots.h - where files lie, if not where a recording says: below the directory of --symfs, which
 * stands for the root of the machine or container that was recorded; and below those that
 * TIMERLEAK_BINARY_PATH lists, as pprof's PPROF_BINARY_PATH does.
 */
#ifndef TIMERLEAK_SYMBOLS_ROOTS_H
#define TIMERLEAK_SYMBOLS_ROOTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is looked for. */
struct rooted {
    const char *path;        /* where it was loaded from */
    const uint8_t *build_id; /* of it */
    size_t build_id_size;    /* 0: it has none, and is known by its path below --symfs alone */
    const char *debug_link; /* of a debug file, by which name it calls it; NULL: none, or no such */
    bool debug;             /* the debug file, and not the file itself */
};

/* NULL: none. */
void roots_set_symfs(const char *directory);
bool roots_have_symfs(void);

/*
 * The candidate of that number, counted from 0, if something is there; what it is, nobody has
 * checked. False beyond the last; "" where nothing is.
 */
bool roots_candidate(const struct rooted *rooted, size_t number, char path[PATH_MAX]);

#endif
