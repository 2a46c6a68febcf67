/*
 * pager.h - on a terminal, what a view prints goes through the user's pager, as git's output does:
 * when all of it is there, so that neither complaints nor progress come in between.
 *
 * TIMERLEAK_PAGER, else PAGER, is a command for the shell; "" and "cat" are none. Without any it is
 * less, which ends at once where the screen has room for all. Where nobody can type there is none.
 */
#ifndef TIMERLEAK_CLI_PAGER_H
#define TIMERLEAK_CLI_PAGER_H

#include <stdbool.h>
#include <stdio.h>

/* The stream to print to: standard output, unless that is a terminal. */
FILE *pager_begin(void);

/* Whether it is what pager_begin() has made. */
bool pager_reads(FILE *to);

/* Shows what was printed. */
void pager_end(void);

#endif
