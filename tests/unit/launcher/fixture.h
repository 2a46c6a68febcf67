/*
 * fixture.h - a directory for each test, and programs made in it.
 */
#ifndef LAUNCHER_FIXTURE_H
#define LAUNCHER_FIXTURE_H

#include "recording.h"

#include <sys/types.h>

/* Criterion's .init and .fini: the test runs in a fresh directory, which goes away with it. */
void fixture_enter(void);
void fixture_leave(void);

/* Writes a file in the current directory, with that mode. */
void fixture_write(const char *name, const char *text, mode_t mode);

/* Runs a shell command, which must succeed. The format is printf's. */
void fixture_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Compiles a program; `flags` go to the compiler. */
void fixture_compile(const char *name, const char *source, const char *flags);

/* Writes a recording of `pages` pages that has this header. */
void fixture_recording(const char *name, const struct tlk_header *header, unsigned pages);

/* A header as the shim leaves it, of a process that ran for a second. */
struct tlk_header fixture_header(uint64_t session, pid_t pid);

/* The header of a file, which must have one. */
struct tlk_header fixture_read(const char *name);

/*
 * Runs `timerleak record` with these arguments (and NULL) in a process of its own, with the shim
 * that was built, standard output to the file "out" and errors to the file "err". Returns what
 * waitpid(2) said of it.
 */
int fixture_record(char *first, ...) __attribute__((sentinel));

/* The whole text of a file, cut at 4 KiB; valid until the next call. */
const char *fixture_text(const char *name);

#endif
