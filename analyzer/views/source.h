/*
 * source.h - lines of source files, found as pprof finds them.
 *
 * A path is trimmed first, see path_trim(). What is absolute then must be there; what is not is
 * looked for in each directory of the source path, and in all directories above it.
 *
 * The name comes from debug information, which anyone may have made: what it leads to, links
 * followed, is read only if it lies below a directory of the source path; or if it is called like
 * source and lies below the working directory, the directory of compilation, or a repository that
 * these are in.
 */
#ifndef TIMERLEAK_VIEWS_SOURCE_H
#define TIMERLEAK_VIEWS_SOURCE_H

#include "base/errors.h"

#include <stdbool.h>
#include <stddef.h>

/* Each may be NULL: the working directory, nothing, no archive. */
struct source_paths {
    const char *source_path, *trim_path;
    const struct portable *kept; /* what archives hold; it outlives the source */
};

struct source {
    char *text;   /* NUL-terminated */
    char **lines; /* fit to be shown, but for their tabs */
    size_t count;
    bool is_source;              /* by its real name's ending */
    bool differs;                /* from the file that lies here: what an archive holds is shown */
    const struct portable *kept; /* else NULL */
    const char *path;            /* as it is known there */
};

/*
 * Reads a file, or what an archive holds of it, if that is not here or differs; NULL, with the
 * error in words, if that can't be. `compiled_in` is the directory of its compilation, NULL if that
 * is unknown. The caller ends with source_free().
 */
struct source *source_read(const char *path, const char *compiled_in,
                           const struct source_paths *paths, char error[ERROR_SIZE]);
void source_free(struct source *source);

/* A line, counted from 1; NULL beyond the ends, and where an archive does not hold it. */
const char *source_line(const struct source *source, long number);

#endif
