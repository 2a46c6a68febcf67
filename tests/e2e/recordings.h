/*
 * recordings.h - what the analyzer reads in the recordings of a run.
 */
#ifndef E2E_RECORDINGS_H
#define E2E_RECORDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct recording {
    char *path;
    json_t *report;
    char name[32]; /* the process, as annotations call it */
};

struct recordings {
    size_t count;
    struct recording *items;
};

/*
 * Reads every recording of a directory. The processes are called "main" (the one with `pid`),
 * "child", "child2", … (its forked children, in the order of their making), or by their first
 * argument when they have one: that is how a program that executes itself names its images.
 * Writes a line to `complaints` for each that can't be read.
 */
struct recordings recordings_read(const char *directory, pid_t pid, FILE *complaints);
/* The same of what a launcher ran: its first is "main". */
struct recordings recordings_read_below(const char *directory, pid_t launcher, FILE *complaints);
void recordings_forget(struct recordings *recordings);

/* `timerleak report --json` of one file; NULL, with the reason in *error, when it fails. */
json_t *report_read(const char *file, char **error);

/* A number of an object, or -1 when it is not there. */
long long number_of(const json_t *object, const char *key);

/* A string of an object, or "". */
const char *text_of(const json_t *object, const char *key);

/*
 * Frame I of a site's stack, leaf first, without those of a library that made the timer for a loop
 * of its own, or of Go's packages time and context; NULL beyond its end.
 */
const json_t *frame_of(const json_t *site, size_t i);

/* created + inherited - released - live: events in flight when the process was stopped. */
long long unbalanced(const json_t *site);

#endif
