/*
 * named.h - opens files for reading by names that anyone may have chosen: a command line, a folder,
 * debug information.
 *
 * Links are followed first, and what they lead to is judged before it is opened: regular files
 * alone. To open a device may do something, a FIFO may hold us for ever, and among the kernel's
 * own files (/proc/kmsg) are some that reading empties. A pipe without a name, as shells make them
 * for <(COMMAND), is a file too.
 */
#ifndef TIMERLEAK_BASE_NAMED_H
#define TIMERLEAK_BASE_NAMED_H

#include <stddef.h>

#define NAMED_ANY_SIZE 0

struct named_rules {
    size_t most; /* bytes; NAMED_ANY_SIZE */
    /* Whether a file may be read, by its path without links: NULL, or why not. May be NULL. */
    const char *(*judge)(const char *real, void *context);
    void *context;
};

/*
 * A descriptor that does not block, which the caller closes. -1 if it can't be, with `why`, a
 * constant text or strerror's, and errno: 0 where what is there won't do. `rules` may be NULL.
 */
int named_open(const char *path, const struct named_rules *rules, const char **why);

/* All that is in it, with a NUL behind, which the caller frees; NULL as above. `size` may be NULL.
 */
char *named_read(const char *path, const struct named_rules *rules, size_t *size, const char **why);

#endif
