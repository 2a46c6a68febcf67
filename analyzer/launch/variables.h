/*
 * variables.h - the environment variables TIMERLEAK_*, by which users talk to the shim.
 */
#ifndef TIMERLEAK_LAUNCH_VARIABLES_H
#define TIMERLEAK_LAUNCH_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#define VARIABLE_PREFIX "TIMERLEAK_"
#define VARIABLE_NAME_SIZE 32

/* Names are those after the prefix. */
struct variable {
    const char *name;
    bool (*takes)(const char *value);
    const char *wanted;  /* what it takes, in words */
    const char *meaning; /* what follows "NAME=VALUE" in a sentence */
};

/* In no order; NULL beyond the last. */
const struct variable *variable_at(size_t index);

/* NULL: a variable of that name means nothing. */
const struct variable *variable_find(const char *name);

/* The name that was perhaps meant; NULL: none is near. */
const char *variable_nearest(const char *name);

/*
 * From *at on, in an environment, the value of the next variable with the prefix, whether it means
 * anything or not, and its name; *at moves beyond it. NULL when there is no more.
 */
const char *variable_next(char ***at, char name[VARIABLE_NAME_SIZE]);

/* Tells which of those that are set will not do what was meant, a line each. */
void variables_complain(void);

/* Takes all that mean something out of this process's environment. */
void variables_forget(void);

#endif
