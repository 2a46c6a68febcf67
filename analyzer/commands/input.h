/*
 * input.h - what views have in common: recordings in, a profile out.
 */
#ifndef TIMERLEAK_COMMANDS_INPUT_H
#define TIMERLEAK_COMMANDS_INPUT_H

#include "commands/options.h"
#include "profile/profile.h"
#include "profile/samples.h"

#include <stdio.h>

struct input {
    struct profile *profile;
    FILE *output;
    struct settings settings;
    int status; /* what the command returns unless it finds a reason of its own */
};

/*
 * Parses the command line, reads all recordings that it names (of a folder, every *.tlk in it)
 * and filters them. A recording that can't be read is told on stderr and makes `status`
 * EXIT_UNREADABLE; the others are still shown. False if there is nothing to show: the command
 * then returns input->status. Otherwise the caller ends with input_close().
 */
bool input_open(struct input *input, int argc, char **argv, uint64_t options, bool keep_timers);

/* What --sample_index asks for; NULL, after a complaint and with the status set, if unknown. */
const struct sample_type *input_sample_type(struct input *input);

/* Returns the status, or EXIT_UNREADABLE if the output could not be written. */
int input_close(struct input *input);

#endif
