/*
 * synopsis.h - takes a command's synopsis apart: "REGEX [OPTION...] FILE...".
 */
#ifndef TIMERLEAK_MANUAL_SYNOPSIS_H
#define TIMERLEAK_MANUAL_SYNOPSIS_H

#include <stdbool.h>
#include <stddef.h>

#define SYNOPSIS_UNIT 64

/* A word, or what stands between brackets, in which there may be others. */
struct unit {
    char text[SYNOPSIS_UNIT]; /* without the brackets */
    bool optional;
};

/* Takes the next unit and moves on; false at the end. */
bool synopsis_next(const char **synopsis, struct unit *unit);

struct argument {
    char name[SYNOPSIS_UNIT]; /* "FILE", "PID|FILE", "on|off" */
    bool repeats;
};

#define SYNOPSIS_ARGUMENTS 4

/*
 * The arguments that are no options, nor values of any; returns how many. Where one has begun to
 * repeat nobody can tell when the next begins: "PID... [on|off]" is one, "PID|on|off". COMMAND is
 * the last: what follows is its own.
 */
size_t synopsis_arguments(const char *synopsis, struct argument arguments[SYNOPSIS_ARGUMENTS]);

#endif
