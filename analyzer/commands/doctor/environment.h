/*
 * environment.h - the variables by which users talk to the shim.
 */
#ifndef TIMERLEAK_ENVIRONMENT_H
#define TIMERLEAK_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Names of the variables that mean something, without "TIMERLEAK_"; NULL beyond the last. */
const char *environment_name(size_t index);

/* Tells which of those that are set will not do what was meant, a line each. */
void environment_complain(FILE *to);

/* Takes them all out of this process's environment. */
void environment_forget(void);

#endif
