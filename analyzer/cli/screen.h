/*
 * screen.h - standard output for what changes: redrawn in place on a terminal, else written one
 * below the other.
 *
 * There is one. While a terminal is in use its keys come unechoed, one at a time; it is given back
 * before the program stops or ends, be it by a signal.
 */
#ifndef TIMERLEAK_SCREEN_H
#define TIMERLEAK_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum screen_event {
    SCREEN_DUE,    /* the interval is over */
    SCREEN_LOOK,   /* space or enter */
    SCREEN_SORT,   /* s */
    SCREEN_REDRAW, /* it has another size, or another program wrote to it */
    SCREEN_QUIT,   /* q, the end of its input, or a signal that ends programs */
};

/* `interval` is seconds, more than 0. False, with errno set, if the system won't. */
bool screen_open(double interval);
void screen_close(void);

bool screen_is_terminal(void);
bool screen_has_keys(void); /* standard input is a terminal too */

/* How many lines it shows; of longer texts the rest is cut off, and of lines what is too wide. */
size_t screen_lines(void);

/* False, with errno set, if it could not be written. */
bool screen_show(const char *text);

enum screen_event screen_wait(void);

#endif
