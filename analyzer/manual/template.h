/*
 * template.h - texts written by hand with parts that follow the program's tables; and the lists of
 * parts.
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

/* ---- manual pages ---- */

/*
 * What a page's text leaves to the tables:
 *     @title NAME SECTION   the head of a page that is of no command
 *     @head                 that of a command's: with NAME and SYNOPSIS
 *     @options              OPTIONS, of a command
 *     @commands             a list of all
 *     @words                what `timerleak explain` explains
 */
extern const struct part page_parts[];

/* ---- completion for shells ---- */

/*
 *     @commands    the names of all
 *     @options     a case for each command: its options, '=' after those that take a value
 *     @arguments   a case for each command: what each argument may be, the last for all that follow
 *     @values      a case for each option that takes a value: what that may be
 */
extern const struct part bash_parts[];

/*
 *     @commands    names with summaries, for _describe
 *     @cases       a case for each command: a call of _arguments
 */
extern const struct part zsh_parts[];

/*
 *     @commands    a line for each command
 *     @valued      a case for each command: its options that take a value
 *     @complete    lines for the options and arguments of all commands
 */
extern const struct part fish_parts[];

#endif
