/*
 * ask.h - runs a command for the program, which need not know: no SIGCHLD, no child for it to wait
 * for, nothing preloaded. Makes system calls; allocates nothing.
 */
#ifndef TIMERLEAK_ASK_H
#define TIMERLEAK_ASK_H

#include <stddef.h>

/* What ask() returns, as a shell would, when there is no such command. */
#define ASK_NOT_FOUND 127

/*
 * Runs it, found by PATH as execvp(3) does, and waits for its end. Its exit status, -1 when it has
 * none. What it printed stands in `text`, NUL-terminated; what there is no room for is left out,
 * from the end of a line on.
 */
int ask(const char *const *argv, char *text, size_t size);

#endif
