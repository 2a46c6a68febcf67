/*
 * paths.h - names of files, as they stand in debug information.
 */
#ifndef TIMERLEAK_BASE_PATHS_H
#define TIMERLEAK_BASE_PATHS_H

#include <stddef.h>

/* The last part of a path; the whole where it ends in a slash. */
const char *path_last(const char *path);

/* Takes "//", "." and "x/.." out of a path, in place; "" becomes ".". */
void path_clean(char *path);

/*
 * The part of a path that is left when a prefix is cut off: one of `prefixes` (with colons between
 * them) if there are any, else all up to a directory that is called like one of `directories`.
 * /proc/self/cwd is always cut off. Points into the path.
 */
const char *path_trim(const char *path, const char *prefixes, const char *directories);

#endif
