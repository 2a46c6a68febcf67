/*
 * template.h - texts written by hand with parts that follow the program's tables.
 */
#ifndef TIMERLEAK_MANUAL_TEMPLATE_H
#define TIMERLEAK_MANUAL_TEMPLATE_H

#include "commands/commands.h"

#include <stdio.h>

struct part {
    const char *name; /* NULL ends a list of parts */
    /* `argument` is what follows the name, "" if nothing; `command` the one that it is about. */
    void (*write)(FILE *to, const char *argument, const struct command *command);
};

/*
 * Copies a file. In place of a line "@NAME ARGUMENT" stands what the part of that name writes, and
 * in place of "@include FILE" that file, by its path from here, treated alike. Ends the
 * program, after telling why on stderr, if a file can't be read or a part is unknown.
 */
void template_fill(FILE *to, const char *path, const struct part *parts,
                   const struct command *command);

/* As fopen(3), but it ends the program if the file can't be opened. */
FILE *template_open(const char *path, const char *mode);

/* printf and newline to stderr, and the end of the program with EXIT_FAILURE. */
_Noreturn void template_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
