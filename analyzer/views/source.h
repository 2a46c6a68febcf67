/*
 * source.h - lines of source files, found as pprof finds them.
 *
 * A path is trimmed first, see path_trim(). What is absolute then must be there; what is not is
 * looked for in each directory of the source path, and in all directories above it.
 */
#ifndef TIMERLEAK_VIEWS_SOURCE_H
#define TIMERLEAK_VIEWS_SOURCE_H

#include <stddef.h>

struct source {
    char *text; /* NUL-terminated */
    char **lines;
    size_t count;
};

#define SOURCE_ERROR_SIZE 512

/*
 * Reads a file; NULL, with the error in words, if that can't be. `source_path` and `trim_path` may
 * be NULL: the working directory, nothing. The caller ends with source_free().
 */
struct source *source_read(const char *path, const char *source_path, const char *trim_path,
                           char error[SOURCE_ERROR_SIZE]);
void source_free(struct source *source);

/* A line, counted from 1; NULL beyond the ends. */
const char *source_line(const struct source *source, long number);

#endif
