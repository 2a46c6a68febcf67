/*
 * repository.h - a copy of tests/sample, built, in a folder of its own; and commands in it.
 */
#ifndef E2E_REPOSITORY_H
#define E2E_REPOSITORY_H

#include <jansson.h>

#include "command.h"

/* How its program is built. */
#define REPOSITORY_BUILD "cc -g -O1 -o server main.c net.c"

struct repository {
    char *folder, *bin; /* bin: timerleak, and timerleak-ci-report, as they lie when installed */
};

struct repository repository_make(void);
void repository_forget(struct repository *repository);

/* Runs a line of the shell in it, with `bin` in front of PATH; or starts it: see command.h. */
struct running start_in(const struct repository *repository, const char *line);
struct outcome run_in(const struct repository *repository, const char *line);

/* The same, and the test fails unless it ends with that status. */
void expect_run(const struct repository *repository, const char *line, int code);

/* And says that on standard error. */
void expect_complaint(const struct repository *repository, const char *line, int code,
                      const char *part);

/* A file of it, as text and as JSON; the caller releases both. The test fails without. */
char *content_of(const struct repository *repository, const char *name);
json_t *json_of(const struct repository *repository, const char *name);

/* The test fails if that file is without that text. */
void expect_text(const struct repository *repository, const char *name, const char *part);

#endif
