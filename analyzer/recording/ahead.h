/*
 * ahead.h - packs recordings for an archive ahead of their turn, each in a thread of its own: that
 * is most of what a merge takes. They are appended in the order in which they were given.
 */
#ifndef TIMERLEAK_RECORDING_AHEAD_H
#define TIMERLEAK_RECORDING_AHEAD_H

#include "base/errors.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define AHEAD_MOST 16

/* Packed in memory. */
struct ahead_piece {
    pthread_t thread;
    bool threaded;
    char *path;
    char *bytes;
    size_t size;
    bool fine;
    char error[ERROR_SIZE];
};

struct ahead {
    size_t room; /* pieces at a time, as many as there are processors */
    struct ahead_piece pieces[AHEAD_MOST];
    size_t first, count;
};

void ahead_begin(struct ahead *ahead);

/* Whether a file is a recording that may be packed in memory: no archive, and not large. */
bool ahead_takes(const char *path);

/* Begins to pack a recording, which needs room. */
void ahead_give(struct ahead *ahead, const char *path);

static inline bool ahead_is_full(const struct ahead *ahead)
{
    return ahead->count == ahead->room;
}

/* The one that was given first, when it is packed; NULL: there is none. It is to be freed. */
struct ahead_piece *ahead_take(struct ahead *ahead);
void ahead_free(struct ahead_piece *piece);

#endif
