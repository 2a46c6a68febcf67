/*
 * replace.h - writes a file without a name, or under another, until it is complete: who reads it
 * meanwhile sees the old one, and a failure leaves that as it was.
 */
#ifndef TIMERLEAK_BASE_REPLACE_H
#define TIMERLEAK_BASE_REPLACE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct replacement {
    FILE *to;
    char *path;
    char *partial; /* NULL where nothing is replaced: a pipe, a device, /dev/stdout */
    bool nameless; /* so far: `partial` is what it will be called */
    bool fleeting; /* for the caller to set: it need not outlive a failure of the machine */
};

/* An old file keeps its mode, a new one gets `mode` less what umask takes. */
#define REPLACE_PUBLIC 0666
#define REPLACE_PRIVATE 0600

/* False, with errno set, if it is plain that it can't be written: told before long work begins. */
bool replace_possible(const char *path);

/* False, with errno set, if it can't be written: nothing is to be ended then. */
bool replace_begin(struct replacement *replacement, const char *path, mode_t mode);

/* False, with errno set, if not all could be written: the old file is still there. */
bool replace_end(struct replacement *replacement);

/* Instead of replace_end(): the old file stays. */
void replace_abandon(struct replacement *replacement);

#endif
