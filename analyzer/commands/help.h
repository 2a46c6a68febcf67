/*
 * help.h - what a screen has room for about timerleak and its commands; the manual says the rest.
 */
#ifndef TIMERLEAK_COMMANDS_HELP_H
#define TIMERLEAK_COMMANDS_HELP_H

#include "commands/commands.h"

#include <stdio.h>

/* A terminal has 24 lines, of which the prompt takes the last. */
#define HELP_LINES 23
#define HELP_COLUMNS 80

/* All commands. */
void help_print(FILE *to);

/* One command and its options: where there are many, the seldom used ones by name alone. */
void help_print_command(FILE *to, const struct command *command);

#endif
