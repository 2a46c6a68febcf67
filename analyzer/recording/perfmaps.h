/*
 * perfmaps.h - the perf map of the process that a recording is of: what an interpreter wrote down
 * of the code that it made (see TLK_PERF_MAP).
 *
 * While the process runs it is where that wrote it, in the process's own /tmp; later there is a
 * copy beside the recording, which the shim makes at a clean exit and `record` in any case. A map
 * in /tmp may be of an earlier or later process of that number, or anybody's: it counts only if it
 * is a regular file of the recording's owner that was last written while the process ran.
 */
#ifndef TIMERLEAK_RECORDING_PERFMAPS_H
#define TIMERLEAK_RECORDING_PERFMAPS_H

#include "recording/reader.h"

#include <stdbool.h>
#include <stddef.h>

/* Text, with a NUL behind it, that the caller frees; NULL if there is none. */
char *perfmaps_read(struct recording *recording, size_t *size);

/* A process that the recording's was forked from. */
struct perfmaps_parent {
    int pid;        /* 0: unknown */
    uint64_t start; /* real */
};

/* Makes the copy, or a better one, of a process that has ended. Does nothing where no stack of the
 * recording leads through such code. */
void perfmaps_keep(const char *path, struct perfmaps_parent parent);

/* With the recording: it was removed, or is called otherwise now. Another file so called stays. */
void perfmaps_remove(const char *path);
void perfmaps_rename(const char *path, const char *to);

#endif
