/*
 * files.h - recordings that a command line names: files, and folders of them.
 */
#ifndef TIMERLEAK_CLI_FILES_H
#define TIMERLEAK_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a file's name is that of a recording, as those in a folder are told from others. */
bool files_is_recording(const char *name);

/*
 * Calls `each` for every path, or for all recordings in it in the order of their names if it is a
 * folder; for a file that has several of those names, links among them, only by its first. False,
 * after telling on stderr why, if a folder has none.
 */
bool files_each(const char *const paths[], size_t count,
                void (*each)(const char *file, void *context), void *context);

#endif
