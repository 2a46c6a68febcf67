/*
 * values.h - what a shell can offer for the value of an option, or for an argument.
 */
#ifndef TIMERLEAK_MANUAL_VALUES_H
#define TIMERLEAK_MANUAL_VALUES_H

#include "commands/commands.h"
#include "manual/synopsis.h"

enum value_kind {
    VALUE_ANY, /* nothing to offer */
    VALUE_RECORDING,
    VALUE_FILE,
    VALUE_DIRECTORY,
    VALUE_PID,
    VALUE_COMMAND, /* and all that follows is its */
    VALUE_WORD,    /* one of some words */
    VALUE_LIST,    /* some of them, with commas between */
    VALUE_KINDS
};

struct value {
    enum value_kind kind;
    char words[480]; /* with blanks between them */
};

/* Of an option that takes a value. */
struct value value_of_option(enum option_id id);

/* Of an argument by its name in a synopsis: of "PID|FILE" one in turn, until there is none. */
bool value_of_argument(struct value *value, const char **name);

/* Whether the last is a program: what stands behind its name is its own, options too. */
bool value_ends_in_program(const struct argument *arguments, size_t count);

#endif
