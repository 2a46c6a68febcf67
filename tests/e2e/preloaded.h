/*
 * preloaded.h - programs of tests/programs, bare and under the shim.
 */
#ifndef E2E_PRELOADED_H
#define E2E_PRELOADED_H

#include "command.h"

/* $TIMERLEAK_BUILD/programs/NAME, which the caller frees. */
char *program_path(const char *name);

/* Runs the program without the shim. */
struct outcome run_bare(const char *name);

/* Runs it with the shim, which writes its recordings into DIRECTORY; `prepare` as in command.h. */
struct outcome run_preloaded(const char *name, const char *directory, void (*prepare)(void));

/*
 * Starts it so, with up to two arguments, each of which may be NULL; to be ended with
 * command_finish().
 */
struct running start_preloaded(const char *name, const char *first, const char *second,
                               const char *directory, void (*prepare)(void));

/*
 * Starts it so that it stops at the end of main(), before the shim's own end (programs/halted.c),
 * with its input at an end.
 */
struct running start_to_halt(const char *name, const char *directory);

/* What differs between two outcomes in words, which the caller frees; "" if nothing does. */
char *differences(const struct outcome *bare, const struct outcome *preloaded);

#endif
