/*
 * inflate.h - files of several gzip members, unpacked one by one.
 */
#ifndef TIMERLEAK_RECORDING_INFLATE_H
#define TIMERLEAK_RECORDING_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <zlib.h>

#define INFLATE_BUFFER 65536u

struct inflater {
    FILE *file; /* the caller's */
    z_stream stream;
    bool started;
    unsigned char input[INFLATE_BUFFER];
};

void inflater_init(struct inflater *inflater, FILE *file);
void inflater_end(struct inflater *inflater);

/* Whether there is another member. */
bool inflater_more(struct inflater *inflater);

/*
 * Unpacks a member into a file, in which zeros become holes, and copies the name that it had, ""
 * if it had none. NULL on success, else why not: a constant string.
 */
const char *inflater_next(struct inflater *inflater, int to, char *name, size_t name_size);

#endif
