/*
 * feed.h - gives a text to another program.
 */
#ifndef TIMERLEAK_BASE_FEED_H
#define TIMERLEAK_BASE_FEED_H

#include <stddef.h>

#define FEED_NOT_FOUND 127 /* the shell's word for a program that is not there */

/*
 * Runs a program, found as a shell finds it, with the text as its standard input; `to` is its
 * standard output. Returns its exit status when it has ended, FEED_NOT_FOUND if it can't be run,
 * and -1 if a signal ended it. What the terminal's user interrupts meanwhile is that program.
 */
int feed(const char *const argv[], const char *text, size_t size, int to);

#endif
