/*
 * tracing.h - `timerleak trace`, which takes rights and a kernel that has what it needs: tests skip
 * with the reason where either is missing.
 */
#ifndef E2E_TRACING_H
#define E2E_TRACING_H

#include <jansson.h>

#include "command.h"

/* Skips the test if the outcome of a trace is that this machine doesn't allow it. */
void tracing_needed(const struct outcome *outcome);

/*
 * `timerleak trace -o DIRECTORY/ ARGUMENT…`, which may end with NULLs; returns once it traces. So
 * it does not take a command: only that of others can be waited for.
 */
struct running tracing_start(const char *directory, const char *first, const char *second,
                             const char *third);

/* Ends it as Ctrl-C does, or another signal, and expects that it ends well. */
void tracing_end(struct running *tracing, int signal);

/* What was recorded of a process into that directory; the test fails if that can't be read. */
json_t *traced_report(const char *directory, pid_t pid);

/* A program of tests/programs that is at work, once it has printed that. */
struct running program_begin(const char *name, const char *ready);
/* Gives it an order, and waits for its answer. */
void program_order(struct running *program, const char *orders, const char *answer);

/*
 * The site of the report whose leaf is that function and whose next frame, if `caller` is not NULL,
 * is that; the test fails if there is none.
 */
const json_t *site_of(const json_t *report, const char *family, const char *leaf,
                      const char *caller);
/* It has that number there. */
void expect_number(const json_t *object, const char *key, long long expected);

/* Of the program that has a timer of each kind from the start: those that it had then. */
#define WITH_ALL_KINDS "kinds_on_request"
void expect_made_before(const json_t *report, bool live);

/* Returns once there is a file of that name, and something in it. */
void file_await(const char *path);

#endif
