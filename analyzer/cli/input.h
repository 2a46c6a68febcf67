/*
 * input.h - what views have in common: recordings in, a profile out.
 */
#ifndef TIMERLEAK_CLI_INPUT_H
#define TIMERLEAK_CLI_INPUT_H

#include "base/replace.h"
#include "cli/options.h"
#include "profile/profile.h"
#include "profile/selection.h"

#include <stdio.h>

struct input {
    struct profile *profile;
    FILE *output;
    struct replacement file; /* which it is written to, unless it is standard output */
    struct settings settings;
    const char *argument; /* what came before the recordings; NULL if nothing had to */
    const struct input_needs *needs;
    const char *const *paths; /* of the recordings */
    size_t path_count;
    int status; /* what the command returns unless it finds a reason of its own */
};

struct input_needs {
    const enum option_id *options; /* that are accepted */
    const char *argument; /* what must come before the recordings: "REGEX"; NULL: nothing */
    bool compares;        /* with that argument, which is a base */
    bool timers;          /* the profile is to keep its timers */
    bool histories;       /* and its sites' histories */
    bool paged;           /* what it prints is text to be read: see pager.h */
    bool nothing;         /* the command itself tells when no recording could be read */
};

/*
 * Parses the command line, and complains of all in it that is wrong before any recording is read,
 * which may take long. False if anything is: the command then returns input->status. Otherwise the
 * caller goes on to input_load(), or ends with input_close().
 */
bool input_parse(struct input *input, int argc, char **argv, const struct input_needs *needs);

/*
 * Reads all recordings that the command line names (of a folder, every *.tlk in it; of an archive,
 * all), and those to compare with, and filters sites. A recording that can't be read is told on
 * stderr and makes `status` EXIT_UNREADABLE; the others are still shown. False if there is nothing
 * to show: the command then returns input->status. Otherwise the caller ends with input_close().
 */
bool input_load(struct input *input);

/* Both, for a command that has nothing to ask of the command line itself. */
bool input_open(struct input *input, int argc, char **argv, const struct input_needs *needs);

/* Ends a command whose command line is wrong, after a complaint; returns its status. */
int input_refuse(struct input *input);

/* Whole names or short ones, as the settings say. */
void input_name_functions(const struct profile *profile, const struct settings *settings);

/*
 * Leaves in the profile the sites that the settings' filters leave; where samples are selected too,
 * families alone. False, after a complaint, if they can't be understood.
 */
bool input_filter(struct input *input, bool selects);

/*
 * What the settings' filters leave of the profile; the caller ends with selection_free(). False,
 * after a complaint and with the status set, if they can't be understood: nothing is to be freed.
 */
bool input_select(struct input *input, const struct selection_options *options,
                  struct selection *selection);

/* The options of a selection that the settings ask for; type is NULL after a complaint. */
struct selection_options input_selection_options(const struct settings *settings);

/* False, with a complaint, if it is called as a recording: "-o *.tlk" would cost the first of them.
 */
bool input_spares(const char *option, const char *output);

/* False, after a complaint, if it is plain that the file can't be written; NULL always can. */
bool input_output_possible(const char *path);

/*
 * The output goes to that file from now on, which is there when all is written. False after a
 * complaint, and with the status set.
 */
bool input_output_begin(struct input *input, const char *path);

/*
 * Ends what goes to a file; standard output follows. False if there is no such file, or it stays
 * as it was: after a complaint, with the status set, if it can't be written; and where the command
 * line was wrong.
 */
bool input_output_end(struct input *input);

/* Instead of input_output_end(): the file stays as it was. */
void input_output_abandon(struct input *input);

/* Ends the output and returns the status. Whether standard output was written is main()'s matter.
 */
int input_close(struct input *input);

#endif
