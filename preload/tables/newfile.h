/*
 * newfile.h - files that appear complete or not at all, and replace nothing. Until then they have
 * no name (O_TMPFILE), so that a process may be killed at any moment and leaves nothing; where the
 * file system or a missing /proc does not allow that, one that no reader looks for: NAME.PID.part.
 * All of this makes system calls, and sets errno where it fails.
 */
#ifndef TIMERLEAK_NEWFILE_H
#define TIMERLEAK_NEWFILE_H

#include <stdbool.h>
#include <stddef.h>

struct newfile {
    int fd;          /* -1: closed */
    char part[4500]; /* the unfinished name, "": it has none */
};

/* In the directory of `path`; only its owner may read it. It can be mapped as soon as it is open.
 */
bool newfile_open(struct newfile *file, const char *path);

/* What is left of a size, in whole pages, by RLIMIT_FSIZE: past that, writing is SIGXFSZ. */
size_t newfile_limited(size_t size);

/* Gives it its own name; -1, with EEXIST, when that is taken. */
int newfile_publish(struct newfile *file, const char *path);

/* Closes it; what was not published is gone then, but for mappings. */
void newfile_close(struct newfile *file);

#endif
