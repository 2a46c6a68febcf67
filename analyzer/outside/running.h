/*
 * running.h - a running process that is named by its number, and the recording it writes.
 */
#ifndef TIMERLEAK_OUTSIDE_RUNNING_H
#define TIMERLEAK_OUTSIDE_RUNNING_H

#include <stdbool.h>
#include <sys/types.h>

/* Reads the number of a process; false if the text is no such number. */
bool running_number(const char *text, pid_t *pid);

/*
 * The path that leads from here to the recording that the process has mapped, which the caller
 * frees. NULL, after a complaint on stderr that says why, if there is none or it can't be known.
 */
char *running_recording(pid_t pid);

/* Says on stderr why the process could not be looked at. */
void running_complain(pid_t pid, int error);

struct advice {
    char s[80];
};

/*
 * What to do where that process or file, by its path, was denied to this user: "do this as nginx or
 * root"; or why that is of no use.
 */
struct advice running_advice(const char *path);

#endif
