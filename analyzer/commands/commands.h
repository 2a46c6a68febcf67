/*
 * commands.h - the commands: one row each in table.c, which help, manual pages and completion
 * follow.
 */
#ifndef TIMERLEAK_COMMANDS_H
#define TIMERLEAK_COMMANDS_H

#include "cli/options.h"
#include "cli/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct input;

struct command {
    const char *name;
    const char *synopsis;          /* what follows the name on a command line */
    const char *summary;           /* one line */
    const enum option_id *options; /* that it takes; NULL: none */
    int (*run)(const struct command *command, int argc, char **argv);
    /* Shows what is loaded, as the input's settings say: at the prompt. NULL: it can't. */
    void (*serve)(const struct command *command, struct input *input);
    const char *ending; /* of the files it writes; NULL: it writes text, for a terminal too */
};

extern const struct command commands[]; /* in the order in which help names them */
extern const size_t command_count;

/* No command, but files alone, on a terminal: it has no name. */
extern const struct command prompt;

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* What comes before recordings: "REGEX"; NULL: nothing. */
const char *command_argument(const struct command *command);

/* False, after a complaint, if it is no text and would go to a terminal. */
bool command_fits_output(const struct command *command, const struct input *input);

/* Whether it takes another command, of which all is that follows it. */
bool command_takes_another(const struct command *command);

/*
 * Each gets its row, and its own name in argv[0], and returns an enum exit_status (record: that of
 * the program that it ran). It may reorder argv.
 */
int command_record(const struct command *command, int argc, char **argv);
int command_report(const struct command *command, int argc, char **argv);
/* pprof's: top, tree, peek, list, traces, tags */
int command_view(const struct command *command, int argc, char **argv);
int command_export(const struct command *command, int argc, char **argv);
int command_timers(const struct command *command, int argc, char **argv);
int command_left(const struct command *command, int argc, char **argv);
int command_growth(const struct command *command, int argc, char **argv);
int command_wakeups(const struct command *command, int argc, char **argv);
int command_diff(const struct command *command, int argc, char **argv);
int command_merge(const struct command *command, int argc, char **argv);
int command_check(const struct command *command, int argc, char **argv);
int command_ps(const struct command *command, int argc, char **argv);
int command_verify(const struct command *command, int argc, char **argv);
int command_ctl(const struct command *command, int argc, char **argv);
int command_doctor(const struct command *command, int argc, char **argv);
int command_explain(const struct command *command, int argc, char **argv);
int command_html(const struct command *command, int argc, char **argv);
int command_web(const struct command *command, int argc, char **argv);
int command_trace(const struct command *command, int argc, char **argv);
int command_watch(const struct command *command, int argc, char **argv);

/* ---- what the prompt asks for: each sets the input's status if it fails ---- */

void serve_report(const struct command *command, struct input *input);
void serve_view(const struct command *command, struct input *input);
void serve_export(const struct command *command, struct input *input);
void serve_html(const struct command *command, struct input *input);
void serve_timers(const struct command *command, struct input *input);
void serve_growth(const struct command *command, struct input *input);
void serve_wakeups(const struct command *command, struct input *input);
/* What the loaded profile has not: the command itself, on the same recordings. */
void serve_anew(const struct command *command, struct input *input);

/* ---- help: what a screen has room for about all that; the manual says the rest ---- */

/* A terminal has 24 lines, of which the prompt takes the last. */
#define HELP_LINES 23
#define HELP_COLUMNS 80

/* All commands. */
void help_print(FILE *to);

/* One command and its options: where there are many, the seldom used ones by name alone. */
void help_print_command(FILE *to, const struct command *command);

/* The words that `timerleak explain` knows; NULL beyond the last. */
const char *explain_word(size_t index);

#endif
