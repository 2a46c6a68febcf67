/*
 * arguments.h - command lines. As in pprof, an option may start with one dash or two, its value may
 * follow after '=' or as the next argument, and a flag may be given as -name=false. "--" ends the
 * options.
 */
#ifndef TIMERLEAK_CLI_ARGUMENTS_H
#define TIMERLEAK_CLI_ARGUMENTS_H

#include "cli/options.h"

/*
 * Reads the arguments after argv[0]. `accepted` is a list of options. What is no option is moved to
 * the front of argv[1..]; returns how many those are, or -1 after telling on stderr what was wrong:
 * the command then returns EXIT_USAGE. Strings point into argv.
 */
int arguments_parse(int argc, char **argv, const enum option_id *accepted,
                    struct settings *settings);

/*
 * As arguments_parse, but the first argument that is no option ends the options: what follows is a
 * command with options of its own.
 */
int arguments_parse_before(int argc, char **argv, const enum option_id *accepted,
                           struct settings *settings);

/*
 * Complains of a word that is none of `names`, of which one was perhaps meant: `what` is said
 * before it, `help` the command that names them all. Returns EXIT_USAGE.
 */
int arguments_unknown(const char *what, const char *word, const char *const *names, size_t count,
                      const char *help);

/* Whether it is "--help", or "-h". */
bool arguments_is_help(const char *argument);

/*
 * Whether one of the options after argv[0] is that, and no value of another. `before` as in
 * arguments_parse_before. Nothing is moved.
 */
bool arguments_ask_help(int argc, char **argv, const enum option_id *accepted, bool before);

#endif
