/*
 * running.h - a running process that is named by its number, and the recording it writes.
 */
#ifndef TIMERLEAK_COMMANDS_RUNNING_H
#define TIMERLEAK_COMMANDS_RUNNING_H

#include "base/text.h"

#include <stdbool.h>
#include <sys/types.h>

/* Reads the number of a process; false if the text is no such number. */
bool running_number(const char *text, pid_t *pid);

/*
 * The path that leads from here to the recording that the process has mapped, which the caller
 * frees. NULL, after a complaint on stderr that says why, if there is none or it can't be known.
 */
char *running_recording(pid_t pid);

/* Who may do what was denied, of the process or file with that path: "root", "nginx or root". */
struct text running_permitted(const char *path);

#endif
