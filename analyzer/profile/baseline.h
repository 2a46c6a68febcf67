/*
 * baseline.h - the findings that are known, in a file that lives beside the source.
 *
 * JSON, schema "timerleak-baseline/1": `sites`, each with `fingerprint`, `family` and `functions`,
 * leaf first. Family and functions decide, with what the fingerprint has from its "-" on, which
 * tells several calls in one function apart; where they are left out, the whole fingerprint does.
 * Older files have a `state` too, which plays no part. The file is the same whatever the order in
 * which sites were found.
 */
#ifndef TIMERLEAK_PROFILE_BASELINE_H
#define TIMERLEAK_PROFILE_BASELINE_H

#include "base/errors.h"
#include "base/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct known {
    char *fingerprint;
    char *family;
    char **functions;
    size_t function_count;
    bool seen; /* in this run */
};

struct baseline {
    struct known *list; /* see baseline_sort() */
    size_t count, room;
    struct index fingerprints; /* of the list */
};

/*
 * NULL, with the error in words, if the file can't be read or is no baseline. One that is missing
 * is an empty one if `may_be_missing`.
 */
struct baseline *baseline_read(const char *path, bool may_be_missing, char error[ERROR_SIZE]);
struct baseline *baseline_new(void);
void baseline_free(struct baseline *baseline);

/* The entry of that fingerprint, NULL if there is none. */
struct known *baseline_find(const struct baseline *baseline, const char *fingerprint);

/* Adds a copy, unless there is one of that fingerprint; pointers to entries are valid no more. */
void baseline_add(struct baseline *baseline, const char *fingerprint, const char *family,
                  const char *const *functions, size_t count);

/* By family, functions and fingerprint, as it was read; pointers to entries move. */
void baseline_sort(struct baseline *baseline);

/* Sorted. Errors are in ferror(). */
void baseline_write(FILE *to, struct baseline *baseline);

#endif
